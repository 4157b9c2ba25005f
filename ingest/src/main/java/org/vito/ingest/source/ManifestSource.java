package org.vito.ingest.source;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The videos of a {@link Manifest}, read once, a batch a look. */
final class ManifestSource implements VideoSource {
    private final SourceSettings.ManifestFile settings;
    private final int batch;
    private @Nullable Manifest manifest;

    ManifestSource(SourceSettings.ManifestFile settings, int batch) {
        this.settings = settings;
        this.batch = batch;
    }

    @Override
    public Look look(Ledger seen) throws IOException {
        if (manifest == null) {
            manifest = Manifest.open(settings.path());
        }
        Manifest from = manifest;
        List<Look.Found> found = new ArrayList<>();
        List<Look.Refused> refused = new ArrayList<>();
        while (found.size() + refused.size() < batch) {
            Manifest.Entry entry = from.next();
            if (entry == null) {
                close();
                return new Look(found, refused, null);
            }
            if (entry.address() == null) {
                refuse(entry, from.subject(entry), seen, refused);
            } else {
                String id = SubmissionIds.of(entry.address());
                if (!seen.contains(id)) {
                    String licence = entry.licence().isEmpty() ? settings.licence() : entry.licence();
                    found.add(new Look.Found(id, entry.address(), entry.title(), licence));
                }
            }
        }
        return new Look(found, refused, Duration.ZERO);
    }

    private void refuse(Manifest.Entry entry, String subject, Ledger seen, List<Look.Refused> refused) {
        String id = SubmissionIds.ofLine(settings.path().toString(), entry.line(), entry.text());
        if (entry.refusal() != null && !seen.contains(id)) {
            refused.add(new Look.Refused(id, subject, entry.text(), entry.refusal()));
        }
    }

    @Override
    public void close() throws IOException {
        if (manifest != null) {
            manifest.close();
            manifest = null;
        }
    }
}
