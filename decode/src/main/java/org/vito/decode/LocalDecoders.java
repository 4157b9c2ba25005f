package org.vito.decode;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.decode.child.ChildMain;
import org.vito.decode.child.v1.Hardware;
import org.vito.decode.child.v1.Limits;
import org.vito.decode.child.v1.ProbeRequest;
import org.vito.decode.child.v1.Probed;
import org.vito.decode.child.v1.Request;
import org.vito.decode.child.v1.Response;
import org.vito.decode.child.v1.SampleRequest;
import org.vito.decode.child.v1.Sampled;
import org.vito.decode.child.v1.SampledFrame;
import org.vito.decode.child.v1.SampledWindow;
import org.vito.decode.child.v1.Window;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

/** The pool on this machine: turns what callers want into requests for a {@link DecoderPool}, and answers into records. */
final class LocalDecoders implements Decoders {
    private static final Logger log = LoggerFactory.getLogger(LocalDecoders.class);
    private static final AtomicLong POOLS = new AtomicLong();
    private static final int THUMBNAIL_QUALITY = 75;
    private static final int SEEN_SHORT_SIDE = 256; // of frames that a network is to see, 224² being cut out of them
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private final ActorSystem<?> system;
    private final DecodeSettings settings;
    private final ActorRef<DecoderPool.Command> pool;
    private final Limits limits;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong decodedFrames = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();

    private LocalDecoders(ActorSystem<?> system, DecodeSettings settings, ActorRef<DecoderPool.Command> pool) {
        this.system = system;
        this.settings = settings;
        this.pool = pool;
        this.limits = Limits.newBuilder()
                .addAllContainers(settings.limits().containers())
                .addAllCodecs(settings.limits().codecs())
                .setMaxPixels(settings.limits().maxPixels())
                .setMaxFrames(settings.limits().maxFrames())
                .setMaxBytes(settings.limits().maxBytes())
                .setCpuSeconds(settings.limits().cpuTime().toSeconds())
                .build();
    }

    static LocalDecoders start(ActorSystem<?> system, DecodeSettings settings) {
        return start(system, settings, ChildMain.class);
    }

    /** Starts a pool of processes that run {@code program}. */
    static LocalDecoders start(ActorSystem<?> system, DecodeSettings settings, Class<?> program) {
        Props blocking = DispatcherSelector.fromConfig(DecoderPool.DISPATCHER);
        return new LocalDecoders(
                system,
                settings,
                system.systemActorOf(
                        DecoderPool.create(settings, program.getName()),
                        "vito-decoders-" + POOLS.incrementAndGet(),
                        blocking));
    }

    @Override
    public CompletionStage<VideoInfo> probe(Path file) {
        return ask(request(file).setProbe(ProbeRequest.getDefaultInstance())).thenApply(answers -> {
            Probed p = answers.get(0).getProbed();
            return new VideoInfo(
                    p.getContainer(),
                    p.getCodec(),
                    p.getDurationUs(),
                    p.getFramesPerSecond(),
                    p.getWidth(),
                    p.getHeight(),
                    p.getTitle());
        });
    }

    @Override
    public CompletionStage<List<Clip>> decode(Path file, DecodeSegment segment) {
        return decode(file, segment, sample(), ByteString.EMPTY);
    }

    @Override
    public CompletionStage<List<Clip>> decode(Path file, DecodeSegment segment, ByteString kept) {
        return decode(file, segment, sample(), kept);
    }

    @Override
    public CompletionStage<List<Clip>> decodeNumbered(Path file, DecodeSegment segment) {
        return decode(file, segment, sample().setNumbered(true), ByteString.EMPTY);
    }

    private CompletionStage<List<Clip>> decode(
            Path file, DecodeSegment segment, SampleRequest.Builder sample, ByteString kept) {
        List<ClipWindow> windows = ClipWindow.of(segment, settings);
        if (windows.isEmpty()) {
            return CompletableFuture.failedStage(new VitoException(
                    Reason.TOO_SHORT,
                    "segment %d of %s has no whole window of %d us"
                            .formatted(
                                    segment.getIndex(),
                                    segment.getVideoId(),
                                    settings.window().lengthUs())));
        }
        ClipFrames known = ClipFrames.read(kept, segment.getVideoId(), settings);
        List<Integer> asked = new ArrayList<>(); // which windows of the segment the request's are
        for (int i = 0; i < windows.size(); i++) {
            List<Long> missing = known.missing(windows.get(i));
            if (!missing.isEmpty()) {
                asked.add(i);
                sample.addWindows(Window.newBuilder().addAllWantedUs(missing));
            }
        }
        CompletionStage<List<Response>> answered = asked.isEmpty()
                ? CompletableFuture.completedStage(List.of())
                : ask(request(file).setSample(sample));
        return answered.thenApply(
                answers -> clips(segment, windows, completed(windows, known, asked, answers), told(answers)));
    }

    /** The windows of which every frame is there, either decoded or known before, in no order. */
    private static List<SampledWindow> completed(
            List<ClipWindow> windows, ClipFrames known, List<Integer> asked, List<Response> answers) {
        List<SampledWindow> completed = new ArrayList<>();
        for (Response answer : answers) {
            if (answer.hasWindow()) {
                int index = asked.get(answer.getWindow().getIndex());
                completed.add(known.completed(windows.get(index), index, answer.getWindow()));
            }
        }
        for (int i = 0; i < windows.size(); i++) {
            if (!asked.contains(i)) {
                completed.add(known.completed(windows.get(i), i, null));
            }
        }
        return completed;
    }

    /** What a process says behind the windows; nothing if none was asked. */
    private static Sampled told(List<Response> answers) {
        return answers.isEmpty()
                ? Sampled.getDefaultInstance()
                : answers.get(answers.size() - 1).getSampled();
    }

    @Override
    public CompletionStage<FirstFrames> first(Path file, StoredVideo video, int count, int every) {
        if (every > 1) {
            int shortSide = Math.max(settings.frame().shortSide(), SEEN_SHORT_SIDE);
            return frames(file, FirstFrames.timesUs(video, count, every), sample().setShortSide(shortSide))
                    .thenApply(frames -> new FirstFrames(frames, ByteString.EMPTY));
        }
        return ask(request(file).setSample(sample().setCuts(false).setFirst(count)))
                .thenApply(answers -> {
                    List<SampledWindow> windows = answers.stream()
                            .filter(Response::hasWindow)
                            .map(Response::getWindow)
                            .toList();
                    return new FirstFrames(
                            windows.stream()
                                    .map(window -> frame(window.getFrames(0)))
                                    .toList(),
                            ClipFrames.of(video, windows, told(answers), settings));
                });
    }

    @Override
    public CompletionStage<List<Frame>> frames(Path file, List<Long> wantedUs) {
        return frames(file, wantedUs, sample());
    }

    @Override
    public CompletionStage<List<Frame>> thumbnails(Path file, List<Long> wantedUs, int shortSide) {
        return frames(file, wantedUs, sample().setShortSide(shortSide).setQuality(THUMBNAIL_QUALITY));
    }

    private CompletionStage<List<Frame>> frames(Path file, List<Long> wantedUs, SampleRequest.Builder sample) {
        sample.setCuts(false);
        wantedUs.forEach(us -> sample.addWindows(Window.newBuilder().addWantedUs(us)));
        return ask(request(file).setSample(sample)).thenApply(answers -> answers.stream()
                .filter(Response::hasWindow)
                .map(answer -> frame(answer.getWindow().getFrames(0)))
                .sorted(Comparator.comparingLong(Frame::getWantedUs))
                .toList());
    }

    /** All answers to a request for the frames nearest to ascending times, window by window; the last tells what it cost. */
    CompletionStage<List<Response>> sampled(Path file, List<List<Long>> windowsUs, boolean numbered) {
        SampleRequest.Builder sample = sample().setNumbered(numbered);
        windowsUs.forEach(wantedUs -> sample.addWindows(Window.newBuilder().addAllWantedUs(wantedUs)));
        return ask(request(file).setSample(sample));
    }

    private SampleRequest.Builder sample() {
        return SampleRequest.newBuilder()
                .setCuts(settings.window().shotCuts() == DecodeSettings.ShotCuts.AVOID)
                .setShortSide(settings.frame().shortSide())
                .setQuality(settings.frame().quality());
    }

    private static Frame frame(SampledFrame sampled) {
        Frame.Builder frame = Frame.newBuilder()
                .setPtsUs(sampled.getPtsUs())
                .setWantedUs(sampled.getWantedUs())
                .setJpeg(sampled.getJpeg())
                .setKey(sampled.getKey())
                .setInterlaced(sampled.getInterlaced())
                .setDamaged(sampled.getDamaged());
        return (sampled.hasNumber() ? frame.setNumber(sampled.getNumber()) : frame).build();
    }

    private List<Clip> clips(
            DecodeSegment segment, List<ClipWindow> windows, List<SampledWindow> completed, Sampled sampled) {
        LostSpans lost = LostSpans.of(sampled, segment.getVideo().getDurationUs());
        String where = "segment %d of %s: ".formatted(segment.getIndex(), segment.getVideoId());
        if (!lost.spans().isEmpty() && settings.damage() == DecodeSettings.Damage.REJECT) {
            throw new VitoException(Reason.DAMAGED_VIDEO, where + "damaged from " + lost);
        }
        List<SampledWindow> sound =
                completed.stream().filter(window -> !lost.touch(window)).toList();
        if (sound.isEmpty()) {
            throw new VitoException(
                    Reason.DAMAGED_VIDEO,
                    where
                            + "none of %d windows can be filled, the video ends at %d us, lost is %s"
                                    .formatted(windows.size(), sampled.getEndUs(), lost));
        }
        if (sound.size() < windows.size()) {
            log.warn(
                    "{}{} of {} windows left out, lost is {}",
                    where,
                    windows.size() - sound.size(),
                    windows.size(),
                    lost);
        }
        log.debug("{}{} frames decoded, {} seeks", where, sampled.getDecodedFrames(), sampled.getSeeks());
        return sound.stream()
                .filter(window -> sampled.getCutsUsList().stream().noneMatch(us -> straddles(window, us)))
                .map(window -> clip(segment, windows.get(window.getIndex()), window, lost))
                .sorted(Comparator.comparingLong(Clip::getStartUs))
                .toList();
    }

    private static boolean straddles(SampledWindow window, long cutUs) {
        return window.getFrames(0).getPtsUs() < cutUs
                && window.getFrames(window.getFramesCount() - 1).getPtsUs() >= cutUs;
    }

    private Clip clip(DecodeSegment segment, ClipWindow window, SampledWindow sampled, LostSpans lost) {
        Clip.Builder clip = Clip.newBuilder()
                .setClipId(window.clipId())
                .setVideoId(segment.getVideoId())
                .setCategory(segment.getCategory())
                .setStartUs(window.startUs())
                .setLengthUs(settings.window().lengthUs())
                .setWidth(sampled.getWidth())
                .setHeight(sampled.getHeight())
                .addAllLost(lost.spans());
        sampled.getFramesList().forEach(f -> clip.addFrames(frame(f)));
        return clip.build();
    }

    @Override
    public CompletionStage<List<Protection>> protections() {
        return AskPattern.ask(
                pool,
                DecoderPool.TellProtections::new,
                settings.child().startTimeout().plus(MARGIN),
                system.scheduler());
    }

    @Override
    public CompletionStage<List<Long>> processes() {
        return describe().thenApply(DecoderPool.Children::pids);
    }

    /** Frames that processes decoded for answers so far, probing left out. */
    long decodedFrames() {
        return decodedFrames.get();
    }

    CompletionStage<DecoderPool.Children> describe() {
        return AskPattern.ask(pool, DecoderPool.Describe::new, MARGIN, system.scheduler());
    }

    private Request.Builder request(Path file) {
        return Request.newBuilder()
                .setNumber(requests.incrementAndGet())
                .setPath(file.toAbsolutePath().toString())
                .setHardware(
                        settings.hardware() == DecodeSettings.Hardware.CUDA
                                ? Hardware.HARDWARE_CUDA
                                : Hardware.HARDWARE_NONE)
                .setLimits(limits);
    }

    private CompletionStage<List<Response>> ask(Request.Builder request) {
        // the pool answers within its own limits, which bound waiting and two tries; this one bounds the pool itself
        Duration most = settings.askTimeout()
                .multipliedBy(2)
                .plus(settings.limits().requestTime().multipliedBy(2))
                .plus(MARGIN);
        return AskPattern.<DecoderPool.Command, Job.Outcome>ask(
                        pool,
                        replyTo -> new DecoderPool.Submit(new Job(request.build(), 0, replyTo)),
                        most,
                        system.scheduler())
                .thenApply(outcome -> {
                    if (outcome instanceof Job.Refusal refusal) {
                        throw new CompletionException(refusal.cause());
                    }
                    List<Response> answers = ((Job.Answers) outcome).responses();
                    decodedFrames.addAndGet(told(answers).getDecodedFrames());
                    return answers;
                });
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true) || system.whenTerminated().isCompleted()) {
            return; // with the system its actors ended, and each took its process along
        }
        CompletionStage<Done> stopped = AskPattern.ask(
                pool, DecoderPool.Stop::new, settings.child().stopTimeout().plus(MARGIN), system.scheduler());
        try {
            stopped.toCompletableFuture()
                    .get(settings.child().stopTimeout().plus(MARGIN).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.warn("decoder processes did not end in time: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
