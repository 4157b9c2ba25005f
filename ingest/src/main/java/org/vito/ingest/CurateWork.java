package org.vito.ingest;

import akka.NotUsed;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.kafka.ConsumerMessage.PartitionOffset;
import akka.kafka.ConsumerMessage.TransactionalMessage;
import akka.kafka.ProducerMessage.Envelope;
import akka.stream.javadsl.Flow;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.ingest.curation.Curator;
import org.vito.ingest.curation.CuratorActor;
import org.vito.ingest.index.TopicIndex;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.DeadLetters;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.StoredVideo;

/**
 * What curation does to stored videos: a batch at a time is judged, and no video twice unless that is asked for by a record of
 * {@link Topics#CURATION_REQUESTS}.
 */
final class CurateWork implements StageStream.Work {
    private static final Logger LOG = LoggerFactory.getLogger(CurateWork.class);
    private static final int RECENT = 65_536; // videos; far more than one transaction holds
    private static final int MOST_EVIDENCE = 100;

    private final ActorSystem<?> system;
    private final Platform platform;
    private final IngestSettings settings;
    private final ActorRef<CuratorActor.Command> curator;
    private final ClipFrameKeeper keeper;
    private final Thumbnails thumbnails;
    private final StageMeter meter;
    private final CurationBalance balance;
    private final Counter capped;
    private final TopicIndex decided;
    private final Executor blocking;
    private final Map<String, Boolean> recent = new LinkedHashMap<>() { // decided here, perhaps not committed yet
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > RECENT;
                }
            };

    CurateWork(
            ActorSystem<?> system,
            Platform platform,
            IngestSettings settings,
            ActorRef<CuratorActor.Command> curator,
            ClipFrameKeeper keeper,
            Thumbnails thumbnails,
            CurationBalance balance,
            StageMeter meter) {
        this.system = system;
        this.platform = platform;
        this.settings = settings;
        this.curator = curator;
        this.keeper = keeper;
        this.thumbnails = thumbnails;
        this.balance = balance;
        capped = platform.stages().registry().counter("vito.curate.capped");
        this.meter = meter;
        blocking = system.dispatchers().lookup(IngestRole.BLOCKING);
        decided = TopicIndex.follow(platform.kafka(), Topics.CURATED.name(), new TopicIndex.Listener() {
            @Override
            public void read(ConsumerRecord<String, byte[]> record) {
                count(record);
            }

            @Override
            public void caughtUp() {}
        });
    }

    /** Counts what any process has decided. */
    private void count(ConsumerRecord<String, byte[]> record) {
        try {
            if (record.value() != null) {
                balance.note(Topics.CURATED.read(record));
            }
        } catch (DamagedRecordException e) {
            LOG.warn("a decision is not counted: {}", e.getMessage());
        }
    }

    /** A record; what it asks about, or null and why that cannot be read. */
    private record Read(ConsumerRecord<String, byte[]> record, @Nullable Asked asked, @Nullable Throwable damage) {}

    /** A video, and the decision on it that there is, if it is to be judged again. */
    private record Asked(StoredVideo video, @Nullable CurationDecision before) {
        String id() {
            return video.getVideoId();
        }
    }

    @Override
    public Flow<TransactionalMessage<String, byte[]>, Envelope<String, byte[], PartitionOffset>, NotUsed> flow() {
        return Flow.<TransactionalMessage<String, byte[]>>create()
                .groupedWithin(settings.curate().batch(), settings.curate().linger())
                .mapAsync(1, batch -> decided.refreshed().thenCompose(known -> decide(batch, 1)))
                .mapConcat(envelopes -> envelopes);
    }

    @Override
    public CompletionStage<Void> ready() {
        return decided.refreshed();
    }

    @Override
    public void close() {
        decided.close();
    }

    private CompletionStage<List<Envelope<String, byte[], PartitionOffset>>> decide(
            List<TransactionalMessage<String, byte[]>> batch, int attempt) {
        List<Read> reads = batch.stream().map(m -> read(m.record())).toList();
        List<Asked> undecided = undecided(reads);
        if (undecided.isEmpty()) {
            return CompletableFuture.completedStage(envelopes(batch, reads, Map.of(), attempt));
        }
        CompletionStage<CuratorActor.Verdicts> answer = AskPattern.ask(
                curator,
                (ActorRef<CuratorActor.Verdicts> replyTo) -> question(undecided, replyTo),
                settings.curate().timeout(),
                system.scheduler());
        return answer.thenCompose(verdicts -> {
            Duration pause = retryIn(verdicts, attempt);
            return pause == null
                    ? pictures(undecided, verdicts)
                            .thenApplyAsync(
                                    pictures ->
                                            envelopes(batch, reads, records(undecided, verdicts, pictures), attempt),
                                    blocking)
                    : after(pause).thenCompose(waited -> decide(batch, attempt + 1));
        });
    }

    /** How long to wait until the batch is judged again, or null if every opinion is final. */
    private @Nullable Duration retryIn(CuratorActor.Verdicts verdicts, int attempt) {
        for (CuratorActor.Opinion opinion : verdicts.opinions()) {
            if (opinion.failure() instanceof RetriableException again
                    && settings.retry().again(attempt, again)) {
                return settings.retry().pause("curate", attempt, again);
            }
        }
        return null;
    }

    private CompletionStage<Void> after(Duration pause) {
        CompletableFuture<Void> waited = new CompletableFuture<>();
        system.scheduler().scheduleOnce(pause, () -> waited.complete(null), system.executionContext());
        return waited;
    }

    private static Read read(ConsumerRecord<String, byte[]> record) {
        try {
            return new Read(record, asked(record), null);
        } catch (VitoException e) {
            return new Read(record, null, e);
        }
    }

    private static Asked asked(ConsumerRecord<String, byte[]> record) {
        if (!record.topic().equals(Topics.CURATION_REQUESTS.name())) {
            return new Asked(Topics.STORED.read(record), null);
        }
        CurationDecision before = Topics.CURATION_REQUESTS.read(record).getBefore();
        if (!before.getVideoId().equals(before.getVideo().getVideoId())) {
            throw new VitoException(
                    Reason.DAMAGED_RECORD,
                    "record %s-%d@%d holds no decision with its video"
                            .formatted(record.topic(), record.partition(), record.offset()));
        }
        return new Asked(before.getVideo(), before);
    }

    /** Each video once: those that nobody has judged, then those that are to be judged again. */
    private List<Asked> undecided(List<Read> reads) {
        Map<String, Asked> fresh = new LinkedHashMap<>();
        Map<String, Asked> again = new LinkedHashMap<>();
        for (Read read : reads) {
            Asked asked = read.asked();
            if (asked != null && asked.before() != null) {
                again.put(asked.id(), asked);
            } else if (asked != null && !isDecided(asked.id())) {
                fresh.put(asked.id(), asked);
            }
        }
        fresh.keySet().forEach(again::remove);
        List<Asked> all = new ArrayList<>(fresh.values());
        all.addAll(again.values());
        return all;
    }

    private static CuratorActor.Judge question(List<Asked> undecided, ActorRef<CuratorActor.Verdicts> replyTo) {
        return new CuratorActor.Judge(
                undecided.stream()
                        .filter(asked -> asked.before() == null)
                        .map(Asked::video)
                        .toList(),
                undecided.stream()
                        .flatMap(asked -> Optional.ofNullable(asked.before()).stream())
                        .toList(),
                replyTo);
    }

    private boolean isDecided(String videoId) {
        return recent.containsKey(videoId) || decided.contains(videoId);
    }

    /** A picture of each video on which there is a verdict, of the others none. */
    private CompletionStage<List<ByteString>> pictures(List<Asked> videos, CuratorActor.Verdicts verdicts) {
        CompletionStage<List<ByteString>> all = CompletableFuture.completedStage(new ArrayList<>());
        for (int i = 0; i < videos.size(); i++) {
            CompletionStage<ByteString> one =
                    picture(videos.get(i), verdicts.opinions().get(i).verdict());
            all = all.thenCombine(one, (before, picture) -> {
                before.add(picture);
                return before;
            });
        }
        return all;
    }

    private CompletionStage<ByteString> picture(Asked asked, Curator.@Nullable Verdict verdict) {
        if (verdict == null) {
            return CompletableFuture.completedStage(ByteString.EMPTY);
        }
        CurationDecision before = asked.before();
        return before != null && !before.getThumbnail().isEmpty()
                ? CompletableFuture.completedStage(before.getThumbnail())
                : thumbnails.of(asked.video(), verdict.pictureUs());
    }

    /** What is to be said of each video, by its id: a decision, or the failure to reach one. */
    private Map<String, Object> records(List<Asked> videos, CuratorActor.Verdicts verdicts, List<ByteString> pictures) {
        Map<String, Object> said = new HashMap<>();
        for (int i = 0; i < videos.size(); i++) {
            Asked asked = videos.get(i);
            CuratorActor.Opinion opinion = verdicts.opinions().get(i);
            Curator.Verdict verdict = opinion.verdict();
            if (verdict != null) {
                CurationDecision decision = kept(balanced(decision(asked, verdict, verdicts, pictures.get(i))));
                balance.note(decision); // so that the next of this batch knows; read again once it is committed
                said.put(asked.id(), decision);
            } else if (opinion.failure() != null) {
                said.put(asked.id(), opinion.failure());
            }
        }
        return said;
    }

    private List<Envelope<String, byte[], PartitionOffset>> envelopes(
            List<TransactionalMessage<String, byte[]>> batch,
            List<Read> reads,
            Map<String, Object> said,
            int attempts) {
        Map<String, Object> unsaid = new HashMap<>(said);
        List<Envelope<String, byte[], PartitionOffset>> envelopes = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            envelopes.add(StageStream.envelope(
                    write(reads.get(i), unsaid, attempts), batch.get(i).partitionOffset()));
        }
        return envelopes;
    }

    private List<ProducerRecord<String, byte[]>> write(Read read, Map<String, Object> unsaid, int attempts) {
        Asked asked = read.asked();
        if (asked == null) {
            ConsumerRecord<String, byte[]> record = read.record();
            String subject = "%s-%d@%d".formatted(record.topic(), record.partition(), record.offset());
            return List.of(letter("curate.read", subject, read.damage(), 1, record));
        }
        Object what = unsaid.remove(asked.id());
        if (what instanceof CurationDecision decision) {
            recent.put(asked.id(), true);
            meter.passed(1);
            return List.of(Topics.CURATED.record(decision));
        }
        return what instanceof Throwable failure
                ? List.of(letter("curate.decide", asked.id(), failure, attempts, read.record()))
                : List.of();
    }

    private ProducerRecord<String, byte[]> letter(
            String stage,
            String subject,
            @Nullable Throwable cause,
            int attempts,
            ConsumerRecord<String, byte[]> record) {
        meter.failed();
        Throwable known = cause == null ? new IllegalStateException("no cause was given") : cause;
        return Topics.DEAD_LETTERS.record(DeadLetters.of(stage, subject, known, attempts, record, platform.clock()));
    }

    /** The decision, unless it takes a video of a class that has enough. */
    private CurationDecision balanced(CurationDecision decision) {
        String category = decision.getCategory();
        if (!decision.getAccepted() || balance.admits(decision.getVideoId(), category)) {
            return decision;
        }
        capped.increment();
        return decision.toBuilder()
                .setAccepted(false)
                .setCapped(true)
                .setReason("The class %s has the %d videos that it may have. Else it would be taken: %s"
                        .formatted(category, balance.cap(category), decision.getReason()))
                .build();
    }

    /** The decision, with the frames for clips if these are to be made. */
    private CurationDecision kept(CurationDecision decision) {
        if (decision.getAccepted() && decision.getFirstAcceptedAtMs() == 0) {
            return decision.toBuilder()
                    .setKeptFrames(keeper.keep(decision.getVideoId()))
                    .build();
        }
        keeper.drop(decision.getVideoId());
        return decision;
    }

    private CurationDecision decision(
            Asked asked, Curator.Verdict verdict, CuratorActor.Verdicts from, ByteString picture) {
        return CurationDecision.newBuilder()
                .setVideoId(asked.id())
                .setAccepted(verdict.accepted())
                .setCategory(verdict.category())
                .setReason(verdict.reason())
                .setCurator(from.curator())
                .setNetwork(from.network())
                .setEmbedding(verdict.embedding())
                .addAllEvidence(verdict.evidence().stream().limit(MOST_EVIDENCE).toList())
                .setVideo(asked.video())
                .setThumbnail(picture)
                .setFirstAcceptedAtMs(firstAccepted(asked.before()))
                .setDecidedAtMs(platform.clock().millis())
                .build();
    }

    private static long firstAccepted(@Nullable CurationDecision before) {
        if (before == null || before.getFirstAcceptedAtMs() != 0) {
            return before == null ? 0 : before.getFirstAcceptedAtMs();
        }
        return before.getAccepted() ? before.getDecidedAtMs() : 0;
    }
}
