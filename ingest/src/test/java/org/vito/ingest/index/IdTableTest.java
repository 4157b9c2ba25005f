package org.vito.ingest.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Sha256;

class IdTableTest {
    @Test
    void behavesAsAMap() {
        IdTable table = new IdTable();
        Map<String, Long> expected = new HashMap<>();
        CounterRandom random = CounterRandom.of(1, "id table", 0, 0);
        for (int i = 0; i < 60_000; i++) {
            String id = id(random.nextInt(20_000));
            if (random.nextBoolean(0.2)) {
                table.put(id, IdTable.ABSENT);
                expected.remove(id);
            } else {
                table.put(id, i);
                expected.put(id, (long) i);
            }
        }
        for (int i = 0; i < 25_000; i++) {
            assertThat(table.get(id(i))).isEqualTo(expected.getOrDefault(id(i), IdTable.ABSENT));
            assertThat(table.contains(id(i))).isEqualTo(expected.containsKey(id(i)));
        }
    }

    private static String id(int i) {
        return Sha256.of(String.valueOf(i).getBytes(StandardCharsets.UTF_8));
    }
}
