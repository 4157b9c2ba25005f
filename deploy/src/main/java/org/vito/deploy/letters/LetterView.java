package org.vito.deploy.letters;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.vito.ingest.Submitter;
import org.vito.protocol.Topic;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;

/**
 * Dead letters in words and in JSON. Whatever came from outside is shown without control characters, and addresses without
 * passwords and signatures; only the bytes of a record, which are there to be sent again, are as they were.
 */
public final class LetterView {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_TEXT = 400; // characters of a value in words
    private static final int LONGEST_CELL = 120; // characters of a column that is not the last
    private static final int HEX_BYTES = 256;

    private LetterView() {}

    /** The headings of {@link #line}. */
    public static String headings() {
        return String.format(
                Locale.ROOT,
                "%-9s %-20s %-18s %-18s %5s  %s",
                "id",
                "when",
                "stage",
                "reason",
                "tries",
                "subject: message");
    }

    /** A letter of a list in one line. */
    public static String line(Letter letter) {
        DeadLetter l = letter.letter();
        return String.format(
                Locale.ROOT,
                "%-9s %-20s %-18s %-18s %5d  %s%s: %s",
                letter.id(),
                Instant.ofEpochMilli(l.getAtMs()).toString().replaceAll("\\.[0-9]+Z", "Z"),
                visible(l.getStage()),
                visible(l.getReasonCode()),
                l.getAttempts(),
                letter.replayed() ? "(replayed) " : "",
                cut(visible(l.getSubject()), LONGEST_CELL),
                cut(visible(l.getMessage()), LONGEST_TEXT));
    }

    /** A letter of a list as one JSON object. */
    public static ObjectNode json(Letter letter) {
        ObjectNode json = head(letter.id(), letter.letter());
        return json.put("value_bytes", letter.valueBytes()).put("replayed", letter.replayed());
    }

    /** Everything that a whole letter holds as one JSON object; {@code record} is the original, decoded. */
    public static ObjectNode whole(LetterId id, DeadLetter letter) {
        ObjectNode json = head(id, letter).put("key", letter.getKey().toStringUtf8());
        json.put("value_bytes", letter.getValue().size());
        decoded(letter).ifPresent(record -> json.set("record", record));
        return json.put("value", letter.getValue().toByteArray());
    }

    /** Everything that a whole letter holds in words; what is long is shortened. */
    public static String words(LetterId id, DeadLetter letter) {
        StringBuilder words = new StringBuilder();
        head(id, letter).fields().forEachRemaining(field -> words.append(row(field.getKey(), field.getValue())));
        words.append(row("key", TextNode.valueOf(letter.getKey().toStringUtf8())));
        words.append(row(
                "value_bytes", TextNode.valueOf(String.valueOf(letter.getValue().size()))));
        if (!letter.getValue().isEmpty()) {
            words.append("record\n").append(record(letter).indent(2));
        }
        return words.toString();
    }

    private static ObjectNode head(LetterId id, DeadLetter l) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id.toString())
                .put("at", Instant.ofEpochMilli(l.getAtMs()).toString())
                .put("stage", l.getStage())
                .put("reason", l.getReasonCode())
                .put("attempts", l.getAttempts())
                .put("subject", l.getSubject())
                .put("message", l.getMessage())
                .put("topic", l.getTopic())
                .put("partition", l.getPartition())
                .put("offset", l.getOffset());
    }

    private static String row(String name, JsonNode value) {
        return String.format(Locale.ROOT, "%-12s %s%n", name, visible(value.asText()));
    }

    private static String record(DeadLetter letter) {
        return decoded(letter)
                .map(json -> each(json, text -> cut(text, LONGEST_TEXT)).toPrettyString())
                .orElseGet(() -> undecoded(letter.getValue()));
    }

    /** The original record as its topic reads it. */
    private static Optional<JsonNode> decoded(DeadLetter letter) {
        Optional<Topic<?>> topic = Topics.all().stream()
                .filter(t -> t.name().equals(letter.getTopic()))
                .findFirst();
        if (topic.isEmpty()) {
            return Optional.empty();
        }
        try {
            String json = JsonFormat.printer()
                    .preservingProtoFieldNames()
                    .print(topic.get().parse(letter.getValue().toByteArray()));
            return Optional.of(each(JSON.readTree(json), Submitter::shown));
        } catch (InvalidProtocolBufferException | JsonProcessingException e) {
            return Optional.empty(); // that may be why it is a dead letter
        }
    }

    /** {@code node} with every text in it changed. */
    private static JsonNode each(JsonNode node, UnaryOperator<String> change) {
        if (node.isTextual()) {
            return TextNode.valueOf(change.apply(node.asText()));
        }
        if (node instanceof ObjectNode object) {
            object.fieldNames().forEachRemaining(name -> object.set(name, each(object.get(name), change)));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, each(array.get(i), change));
            }
        }
        return node;
    }

    private static String undecoded(ByteString value) {
        if (value.isValidUtf8()) {
            return cut(visible(Submitter.shown(value.toStringUtf8())), 10 * LONGEST_TEXT);
        }
        byte[] first = value.substring(0, Math.min(HEX_BYTES, value.size())).toByteArray();
        return HexFormat.ofDelimiter(" ").formatHex(first)
                + (value.size() > HEX_BYTES ? " … (" + value.size() + " bytes)" : "");
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most / 2) + " … (" + text.length() + " characters)";
    }

    private static String visible(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ");
    }
}
