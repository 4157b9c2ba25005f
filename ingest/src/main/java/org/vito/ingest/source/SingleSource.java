package org.vito.ingest.source;

import java.util.List;

/** A source of one video, looked at once. */
final class SingleSource implements VideoSource {
    private final SourceSettings.Single settings;

    SingleSource(SourceSettings.Single settings) {
        this.settings = settings;
    }

    @Override
    public Look look(Ledger seen) {
        String id = SubmissionIds.of(settings.address());
        List<Look.Found> found = seen.contains(id)
                ? List.of()
                : List.of(new Look.Found(id, settings.address(), settings.title(), settings.licence()));
        return new Look(found, List.of(), null);
    }
}
