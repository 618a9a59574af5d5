package hookline.example;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A service that follows Hookline's verification events: SIGTERM or Ctrl-C ends it after the records in hand. */
public final class Consumer {
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final Duration LAST_WORK = Duration.ofSeconds(20);

    public static void main(String[] arguments) throws Exception {
        Map<String, String> chosen = options(arguments);
        Schemas schemas = new Schemas(chosen.get("registry"), Path.of(chosen.get("schemas")));
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings(chosen));
                Ledger ledger = new Ledger(chosen.get("database"), schemas, chosen.containsKey("include-test"))) {
            Thread worker = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(consumer, worker)));
            consumer.subscribe(List.of(chosen.get("topic")));
            follow(consumer, ledger);
        } catch (WakeupException told) {
            // The way in which poll() is told to stop.
        }
    }

    private static void follow(KafkaConsumer<String, byte[]> consumer, Ledger ledger) throws Exception {
        while (true) {
            List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
            consumer.poll(WAIT).forEach(records::add);
            if (records.isEmpty()) {
                continue;
            }
            ledger.take(records).forEach(System.out::println);
            System.out.flush();
            try {
                consumer.commitSync();
            } catch (CommitFailedException rebalanced) {
                System.err.println("not committed, so it comes again, and is known then: " + rebalanced.getMessage());
            }
        }
    }

    private static void stop(KafkaConsumer<String, byte[]> consumer, Thread worker) {
        consumer.wakeup();
        try {
            worker.join(LAST_WORK.toMillis());
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, Object> settings(Map<String, String> chosen) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, chosen.get("bootstrap"));
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, chosen.get("group"));
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        if (chosen.containsKey("member")) { // this process's own name: after a crash it goes on at once
            settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, chosen.get("member"));
        }
        // Hookline writes in transactions: what was aborted is no event.
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        // The position moves after the work, never before it.
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // A new service begins with the first event.
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return settings;
    }

    private static Map<String, String> options(String[] arguments) {
        Map<String, String> chosen = new HashMap<>(Map.of(
                "bootstrap", "127.0.0.1:9092",
                "topic", "verification-events",
                "group", "example",
                "database", "example.db",
                "schemas", "../../schemas/history"));
        for (int each = 0; each < arguments.length; each++) {
            String name = arguments[each].replaceFirst("^--", "");
            chosen.put(name, name.equals("include-test") ? "" : arguments[++each]);
        }
        return chosen;
    }

    private Consumer() {}
}
