package org.vito.evaluator.page;

import static akka.http.javadsl.server.Directives.*;

import akka.NotUsed;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AskPattern;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.marshalling.sse.EventStreamMarshalling;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.model.sse.ServerSentEvent;
import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import akka.stream.OverflowStrategy;
import akka.stream.javadsl.Source;
import akka.stream.typed.javadsl.ActorSource;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.vito.evaluator.board.BoardView;
import org.vito.evaluator.board.ScoreBoard;
import org.vito.evaluator.picture.PictureStore;

/**
 * The live page and what it is made of. Routes: {@code /} and its files; {@code /events}, server-sent events {@code
 * snapshot} once and {@code change} from then on; {@code /api/state}, the snapshot as JSON; {@code
 * /thumbnails/VIDEO}, the JPEG of a video that was judged lately; {@code /api/pictures?run=RUN}, which pictures there are of a
 * run's checkpoints, and {@code /pictures/RUN/STEP/DATASET/NAME.png}; {@code /metrics} for Prometheus; {@code /health}.
 *
 * <p>A reader too slow to keep up has its stream ended when {@value #BACKLOG} events wait for it; it reconnects and gets a
 * new snapshot, so neither side holds more than that.
 */
public final class PageServer {
    static final int BACKLOG = 64;
    static final int READERS = 200;
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int RETRY_MS = 1_000;
    private static final List<HttpHeader> HEADERS = List.of(
            RawHeader.create(
                    "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
                            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
            RawHeader.create("X-Content-Type-Options", "nosniff"),
            RawHeader.create("Referrer-Policy", "no-referrer"),
            RawHeader.create("Cache-Control", "no-cache"));

    private final ActorSystem<?> system;
    private final ActorRef<ScoreBoard.Command> board;
    private final MeterRegistry registry;
    private final PictureStore pictures;
    private final Executor blocking;
    private final AtomicInteger readers = new AtomicInteger();

    private PageServer(
            ActorSystem<?> system, ActorRef<ScoreBoard.Command> board, MeterRegistry registry, PictureStore pictures) {
        this.system = system;
        this.board = board;
        this.registry = registry;
        this.pictures = pictures;
        blocking = system.dispatchers().lookup(DispatcherSelector.blocking());
    }

    /** Listens; completes when it does. Port 0 is any free one. */
    public static CompletionStage<ServerBinding> bind(
            ActorSystem<?> system,
            ActorRef<ScoreBoard.Command> board,
            MeterRegistry registry,
            PictureStore pictures,
            String host,
            int port) {
        PageServer server = new PageServer(system, board, registry, pictures);
        return Http.get(system.classicSystem()).newServerAt(host, port).bind(server.route());
    }

    private Route route() {
        return respondWithHeaders(
                HEADERS,
                () -> get(() -> concat(
                        pathEndOrSingleSlash(() -> file("index.html", ContentTypes.TEXT_HTML_UTF8)),
                        path("style.css", () -> file("style.css", ContentTypes.parse("text/css; charset=UTF-8"))),
                        path("chart.js", () -> script("chart.js")),
                        path("state.js", () -> script("state.js")),
                        path("app.js", () -> script("app.js")),
                        path("events", () -> extractRequest(request -> events())),
                        pathPrefix("thumbnails", () -> path(PathMatchers.segment(), this::thumbnail)),
                        pathPrefix(
                                "pictures",
                                () -> pathPrefix(
                                        PathMatchers.segment().slash(PathMatchers.longSegment()),
                                        (run, step) -> path(
                                                PathMatchers.segment().slash(PathMatchers.segment()),
                                                (dataSet, file) -> picture(run, step, dataSet, file)))),
                        path("health", () -> extractRequest(request -> health())),
                        path("metrics", () -> extractRequest(request -> metrics())),
                        pathPrefix(
                                "api",
                                () -> concat(
                                        path("state", () -> extractRequest(request -> state())),
                                        path("pictures", () -> parameter("run", this::pictures)))))));
    }

    private static Route script(String name) {
        return file(name, ContentTypes.parse("application/javascript; charset=UTF-8"));
    }

    private static Route file(String name, ContentType type) {
        return complete(HttpResponse.create().withEntity(HttpEntities.create(type, PageFiles.bytes(name))));
    }

    private Route events() {
        if (readers.incrementAndGet() > READERS) {
            readers.decrementAndGet();
            return complete(StatusCodes.SERVICE_UNAVAILABLE, "there are " + READERS + " readers already");
        }
        Source<ServerSentEvent, NotUsed> events = ActorSource.<ScoreBoard.Update>actorRef(
                        update -> false, update -> Optional.empty(), BACKLOG, OverflowStrategy.fail())
                .mapMaterializedValue(subscriber -> {
                    board.tell(new ScoreBoard.Subscribe(subscriber));
                    return NotUsed.getInstance();
                })
                .map(PageServer::event)
                .keepAlive(HEARTBEAT, ServerSentEvent::heartbeat)
                .watchTermination((notUsed, done) -> {
                    done.whenComplete((d, failure) -> readers.decrementAndGet());
                    return NotUsed.getInstance();
                });
        return respondWithHeader(
                RawHeader.create("X-Accel-Buffering", "no"),
                () -> completeOK(events, EventStreamMarshalling.toEventStream()));
    }

    private static ServerSentEvent event(ScoreBoard.Update update) {
        if (update instanceof ScoreBoard.Whole whole) {
            return ServerSentEvent.create(
                    Json.text(whole.snapshot()),
                    Optional.of("snapshot"),
                    Optional.empty(),
                    java.util.OptionalInt.of(RETRY_MS));
        }
        return ServerSentEvent.create(Json.text(((ScoreBoard.Part) update).change()), "change");
    }

    private Route state() {
        CompletionStage<BoardView.Snapshot> seen = ask(ScoreBoard.Look::new);
        return onSuccess(seen, snapshot -> json(StatusCodes.OK, snapshot));
    }

    private Route thumbnail(String videoId) {
        CompletionStage<ByteString> seen = ask(replyTo -> new ScoreBoard.AskPicture(videoId, replyTo));
        return onSuccess(
                seen,
                jpeg -> jpeg.isEmpty()
                        ? complete(StatusCodes.NOT_FOUND, "there is no picture of this video here\n")
                        : complete(HttpResponse.create()
                                .withEntity(HttpEntities.create(
                                        ContentTypes.create(MediaTypes.IMAGE_JPEG), jpeg.toByteArray()))));
    }

    private Route pictures(String run) {
        return onSuccess(
                CompletableFuture.supplyAsync(() -> pictures.list(run), blocking), list -> json(StatusCodes.OK, list));
    }

    private Route picture(String run, long step, String dataSet, String file) {
        String name = file.endsWith(".png") ? file.substring(0, file.length() - 4) : "";
        return onSuccess(
                CompletableFuture.supplyAsync(
                        () -> pictures.read(run, new PictureStore.Entry(step, dataSet, name)), blocking),
                png -> png.map(bytes -> complete(HttpResponse.create()
                                .withEntity(HttpEntities.create(ContentTypes.create(MediaTypes.IMAGE_PNG), bytes))))
                        .orElseGet(() -> complete(StatusCodes.NOT_FOUND, "there is no such picture here\n")));
    }

    private Route health() {
        CompletionStage<BoardView.Kafka> seen = ask(ScoreBoard.AskKafka::new);
        return onSuccess(
                seen, kafka -> json(kafka.up() ? StatusCodes.OK : StatusCodes.SERVICE_UNAVAILABLE, new Health(kafka)));
    }

    private record Health(String status, BoardView.Kafka kafka) {
        Health(BoardView.Kafka kafka) {
            this(kafka.up() ? "up" : "kafka-unreachable", kafka);
        }
    }

    private Route metrics() {
        return prometheus(registry)
                .map(p -> complete(HttpResponse.create()
                        .withEntity(HttpEntities.create(ContentTypes.TEXT_PLAIN_UTF8, p.scrape()))))
                .orElseGet(() -> complete(
                        StatusCodes.NOT_FOUND, "this process keeps no metrics for Prometheus; see its settings\n"));
    }

    private static Optional<PrometheusMeterRegistry> prometheus(MeterRegistry registry) {
        if (registry instanceof PrometheusMeterRegistry prometheus) {
            return Optional.of(prometheus);
        }
        return registry instanceof CompositeMeterRegistry composite
                ? composite.getRegistries().stream()
                        .filter(PrometheusMeterRegistry.class::isInstance)
                        .map(PrometheusMeterRegistry.class::cast)
                        .findFirst()
                : Optional.empty();
    }

    private static Route json(akka.http.javadsl.model.StatusCode status, Object value) {
        return complete(HttpResponse.create()
                .withStatus(status)
                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, Json.bytes(value))));
    }

    private <T> CompletionStage<T> ask(Function<ActorRef<T>, ScoreBoard.Command> question) {
        return AskPattern.ask(board, question::apply, PATIENCE, system.scheduler());
    }
}
