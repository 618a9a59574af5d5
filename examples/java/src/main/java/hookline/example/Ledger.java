package hookline.example;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The service's own database: what it made of the events, and which of them it has seen. SQLite stands for yours.
 *
 * <p>Both change in one transaction, and positions are committed to Kafka afterwards. So a crash at any moment loses
 * nothing, and a record that comes again, after a crash, a rebalance or a redrive, changes nothing.
 */
final class Ledger implements AutoCloseable {
    private static final String[] TABLES = {
        "CREATE TABLE IF NOT EXISTS seen (event_id TEXT PRIMARY KEY)",
        "CREATE TABLE IF NOT EXISTS decisions (event_id TEXT PRIMARY KEY, verification TEXT NOT NULL,"
                + " micros INTEGER NOT NULL, partition INTEGER NOT NULL, \"offset\" INTEGER NOT NULL,"
                + " outcome TEXT NOT NULL, final INTEGER NOT NULL, reopens INTEGER NOT NULL)",
        "CREATE INDEX IF NOT EXISTS decisions_by_verification ON decisions (verification)",
        "CREATE TABLE IF NOT EXISTS standing"
                + " (verification TEXT PRIMARY KEY, outcome TEXT NOT NULL, final INTEGER NOT NULL)",
        "CREATE TABLE IF NOT EXISTS unreadable"
                + " (partition INTEGER, \"offset\" INTEGER, why TEXT NOT NULL, PRIMARY KEY (partition, \"offset\"))",
    };

    private final ObjectMapper json = new ObjectMapper();
    private final Connection database;
    private final Schemas schemas;
    private final boolean includeTest;

    Ledger(String path, Schemas schemas, boolean includeTest) throws SQLException {
        this.schemas = schemas;
        this.includeTest = includeTest;
        this.database = DriverManager.getConnection("jdbc:sqlite:" + path);
        try (Statement statement = database.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 30000");
            for (String table : TABLES) {
                statement.execute(table);
            }
        }
        database.setAutoCommit(false);
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }

    /** The records' work is done, all of it or none; given is a line of JSON for each that was new. */
    List<String> take(List<ConsumerRecord<String, byte[]>> records) throws Exception {
        List<String> lines = new ArrayList<>();
        try {
            for (ConsumerRecord<String, byte[]> record : records) {
                take(record).ifPresent(lines::add);
            }
            database.commit();
        } catch (Exception fault) {
            database.rollback();
            throw fault;
        }
        return lines;
    }

    private Optional<String> take(ConsumerRecord<String, byte[]> record) throws Exception {
        if (record.value() == null) {
            forget(record.key());
            return Optional.of(json.createObjectNode().put("forgotten", record.key()).toString());
        }
        GenericRecord event;
        try {
            event = schemas.decode(record.value());
        } catch (Schemas.Unreadable why) { // kept for somebody to look at: what follows it must not wait
            update("INSERT OR REPLACE INTO unreadable VALUES (?, ?, ?)", record.partition(), record.offset(), why.getMessage());
            return Optional.empty();
        }
        if ((Boolean) event.get("test") && !includeTest) {
            return Optional.empty();
        }
        boolean isNew = update("INSERT OR IGNORE INTO seen VALUES (?)", event.get("event_id").toString()) == 1;
        return isNew ? Optional.of(work(event)) : Optional.empty();
    }

    /** Here begins what your service is for. */
    private String work(GenericRecord event) throws SQLException {
        String key = event.get("provider") + ":" + event.get("verification_id");
        String kind = event.get("kind").toString();
        if (kind.equals("ERASED")) {
            forget(key);
        }
        if (kind.equals("VERIFICATION")) { // the other kinds never speak of the verification's own outcome
            Decision decision = Decision.of(event);
            update("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", decision.eventId(), key, decision.micros(),
                    decision.partition(), decision.offset(), decision.outcome(), decision.isFinal(), decision.reopens());
            stand(key);
        }
        ObjectNode line = json.createObjectNode();
        for (String name : new String[] {"event_id", "provider", "verification_id", "kind", "outcome"}) {
            line.put(name, event.get(name).toString());
        }
        return line.put("final", (Boolean) event.get("final")).put("test", (Boolean) event.get("test")).toString();
    }

    private void stand(String key) throws SQLException {
        List<Decision> known = new ArrayList<>();
        String query = "SELECT micros, partition, \"offset\", event_id, outcome, final, reopens"
                + " FROM decisions WHERE verification = ?";
        try (PreparedStatement statement = database.prepareStatement(query)) {
            statement.setString(1, key);
            ResultSet row = statement.executeQuery();
            while (row.next()) {
                known.add(new Decision(row.getLong(1), row.getInt(2), row.getLong(3), row.getString(4),
                        row.getString(5), row.getBoolean(6), row.getBoolean(7)));
            }
        }
        Optional<Decision> current = Decision.standing(known);
        if (current.isPresent()) {
            update("INSERT OR REPLACE INTO standing VALUES (?, ?, ?)", key, current.get().outcome(), current.get().isFinal());
        }
    }

    /**
     * The vendor deleted the person, or an operator erased it: nothing about this verification stays. The ids of its
     * events do: they name nobody, and keep what comes again from coming back.
     */
    private void forget(String key) throws SQLException {
        update("DELETE FROM decisions WHERE verification = ?", key);
        update("DELETE FROM standing WHERE verification = ?", key);
    }

    private int update(String statement, Object... values) throws SQLException {
        try (PreparedStatement prepared = database.prepareStatement(statement)) {
            for (int each = 0; each < values.length; each++) {
                prepared.setObject(each + 1, values[each]);
            }
            return prepared.executeUpdate();
        }
    }
}
