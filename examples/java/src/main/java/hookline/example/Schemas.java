package hookline.example;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;

/**
 * The Confluent wire format read by hand: a zero byte, the schema's id in four bytes, the record. Schemas are looked up by
 * id in a registry, or in a copy of Hookline's own history.
 */
final class Schemas {
    private static final String SUBJECT = "verification-events-value";
    private static final int PREFIX = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String registry;
    private final Path history;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final ObjectMapper json = new ObjectMapper();
    private final Map<Integer, GenericDatumReader<GenericRecord>> readers = new HashMap<>();
    private final Schema reader;

    Schemas(String registry, Path history) throws IOException {
        this.registry = registry;
        this.history = history;
        this.reader = new Schema.Parser().parse(Files.readString(newest()));
    }

    /** What this program was written for: new fields are left out, an enum's new symbol is its default, UNKNOWN. */
    GenericRecord decode(byte[] value) throws IOException, InterruptedException, Unreadable {
        if (value.length < PREFIX || value[0] != 0) {
            throw new Unreadable("not in the Confluent wire format");
        }
        int id = ByteBuffer.wrap(value).getInt(1);
        GenericDatumReader<GenericRecord> known = readerOf(id);
        try {
            return known.read(null, DecoderFactory.get().binaryDecoder(value, PREFIX, value.length - PREFIX, null));
        } catch (IOException | RuntimeException torn) {
            throw new Unreadable("schema " + id + " cannot read it: " + torn.getClass().getSimpleName());
        }
    }

    /** Asked for once for each id. While the registry is away this fails: the record comes again after a restart. */
    private GenericDatumReader<GenericRecord> readerOf(int id) throws IOException, InterruptedException, Unreadable {
        if (!readers.containsKey(id)) {
            Schema writer = new Schema.Parser().parse(text(id));
            readers.put(id, new GenericDatumReader<>(writer, reader));
        }
        return readers.get(id);
    }

    private String text(int id) throws IOException, InterruptedException, Unreadable {
        if (registry == null) {
            Path path = history.resolve(id + "-" + SUBJECT + ".avsc");
            if (!Files.exists(path)) {
                throw new Unreadable("schema id " + id + " is not in " + history);
            }
            return Files.readString(path);
        }
        URI uri = URI.create(registry + "/schemas/ids/" + id);
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(PATIENCE).build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(uri + " answers " + answer.statusCode());
        }
        return json.readTree(answer.body()).get("schema").asText();
    }

    private Path newest() throws IOException {
        try (Stream<Path> found = Files.list(history)) {
            return found.filter(path -> path.getFileName().toString().endsWith("-" + SUBJECT + ".avsc"))
                    .max(Comparator.comparingInt(Schemas::number))
                    .orElseThrow(() -> new IOException("no schema of " + SUBJECT + " in " + history));
        }
    }

    private static int number(Path path) {
        return Integer.parseInt(path.getFileName().toString().split("-", 2)[0]);
    }

    /** The record is no verification event: somebody else wrote it, or its bytes are torn. */
    static final class Unreadable extends Exception {
        Unreadable(String why) {
            super(why);
        }
    }
}
