package hookline.example;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;

/**
 * What of an event says where its verification stands. The order of two is by the vendor's time, else by ours; then as
 * they came in.
 */
record Decision(long micros, int partition, long offset, String eventId, String outcome, boolean isFinal, boolean reopens) {
    private static final Comparator<Decision> ORDER = Comparator.comparingLong(Decision::micros)
            .thenComparingInt(Decision::partition)
            .thenComparingLong(Decision::offset)
            .thenComparing(Decision::eventId);

    static Decision of(GenericRecord event) {
        Object told = event.get("occurred_at") == null ? event.get("received_at") : event.get("occurred_at");
        GenericRecord raw = (GenericRecord) event.get("raw");
        return new Decision(
                (Long) told,
                (Integer) raw.get("partition"),
                (Long) raw.get("offset"),
                event.get("event_id").toString(),
                event.get("outcome").toString(),
                (Boolean) event.get("final"),
                (Boolean) event.get("reopens"));
    }

    /**
     * The decision that counts, whatever order they came in and however often: the latest final one, unless the vendor
     * reopened the verification after it; else the latest other one that says anything. So what comes late is not newer,
     * and "in progress" never undoes "approved".
     */
    static Optional<Decision> standing(Collection<Decision> known) {
        Optional<Decision> reopened = known.stream().filter(Decision::reopens).max(ORDER);
        Optional<Decision> last = known.stream().filter(Decision::isFinal).max(ORDER);
        if (last.isPresent() && (reopened.isEmpty() || ORDER.compare(last.get(), reopened.get()) >= 0)) {
            return last;
        }
        return known.stream()
                .filter(each -> !each.isFinal())
                .max(Comparator.comparing(Decision::speaks).thenComparing(ORDER));
    }

    private boolean speaks() {
        return reopens || !outcome.equals("UNKNOWN");
    }
}
