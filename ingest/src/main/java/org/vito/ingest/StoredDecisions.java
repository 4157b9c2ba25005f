package org.vito.ingest;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.vito.ingest.curation.Curators;
import org.vito.protocol.Platform;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CurationDecision;

/** The decisions of curation, as their topic has them. */
record StoredDecisions(Platform platform) implements Curators.Memory {
    @Override
    public Path directory() {
        return platform.data().resolve("curation");
    }

    @Override
    public void decisions(Consumer<CurationDecision> visitor) {
        CommittedRecords.visit(platform.kafka(), Topics.CURATED, (record, decision) -> visitor.accept(decision));
    }
}
