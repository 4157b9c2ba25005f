package org.vito.protocol;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.vito.protocol.v1.CategoryCount;
import org.vito.protocol.v1.SourceReport;

/**
 * The one wrapper by which every stage is measured: what passed, what failed, how full its queue is and how far it lags.
 * Safe to use from any thread. Seen by Prometheus as {@code vito_stage_*} and, through {@link StageReporter}, by the page.
 */
public final class StageMeter {
    private final String stage;
    private final String unit;
    private final String consumerGroup;
    private final String inputTopic;
    private final AtomicLong passed = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Counter passedCounter;
    private final Counter failedCounter;
    private volatile LongSupplier queued = () -> 0;
    private volatile int capacity;
    private volatile LongSupplier lag = () -> -1;
    private volatile Supplier<Scarcity> scarcity = () -> Scarcity.NONE;
    private volatile Supplier<List<SourceReport>> sources = List::of;
    private volatile String note = "";

    /**
     * What a stage that balances categories misses.
     *
     * @param missing items, of all categories together
     * @param most the categories that miss most
     */
    public record Scarcity(long missing, List<CategoryCount> most) {
        /** Nothing is wanted, or nothing is missing. */
        public static final Scarcity NONE = new Scarcity(0, List.of());

        public Scarcity {
            most = List.copyOf(most);
        }
    }

    StageMeter(String stage, String unit, String consumerGroup, String inputTopic, MeterRegistry registry) {
        this.stage = stage;
        this.unit = unit;
        this.consumerGroup = consumerGroup;
        this.inputTopic = inputTopic;
        passedCounter = registry.counter("vito.stage.passed", "stage", stage, "unit", unit);
        failedCounter = registry.counter("vito.stage.failed", "stage", stage, "unit", unit);
        Gauge.builder("vito.stage.queued", this, m -> m.queued.getAsLong())
                .tag("stage", stage)
                .strongReference(true)
                .register(registry);
        Gauge.builder("vito.stage.capacity", this, StageMeter::capacity)
                .tag("stage", stage)
                .strongReference(true)
                .register(registry);
        Gauge.builder("vito.stage.lag", this, m -> m.lag.getAsLong())
                .tag("stage", stage)
                .strongReference(true)
                .register(registry);
    }

    /** Counts {@code n} items that went through. */
    public void passed(long n) {
        passed.addAndGet(n);
        passedCounter.increment((double) n);
    }

    /** Counts one item and returns it, to stand in a stream's {@code map}. */
    public <T> T pass(T item) {
        passed(1);
        return item;
    }

    /** Counts an item that was refused. */
    public void failed() {
        failed.incrementAndGet();
        failedCounter.increment();
    }

    /** Says how to read the fill of the stage's buffer, and its capacity. */
    public void queue(LongSupplier fill, int bufferCapacity) {
        queued = fill;
        capacity = bufferCapacity;
    }

    /** Says how to read the number of records that wait in the input topic, for stages without a consumer group. */
    public void lag(LongSupplier records) {
        lag = records;
    }

    /** Says how to read what the stage misses. */
    public void scarcity(Supplier<Scarcity> missing) {
        scarcity = missing;
    }

    /** What the stage misses now. */
    public Scarcity scarcity() {
        return scarcity.get();
    }

    /** Says how to read what the stage's sources do and bring; rates are left out. */
    public void sources(Supplier<List<SourceReport>> reports) {
        sources = reports;
    }

    /** What the stage's sources do and bring, without rates. */
    public List<SourceReport> sources() {
        return sources.get();
    }

    /** Says what people should know of the stage until the next note, a sentence; empty = nothing any more. */
    public void note(String words) {
        note = words;
    }

    /** What people should know of the stage now; may be empty. */
    public String note() {
        return note;
    }

    public String stage() {
        return stage;
    }

    public String unit() {
        return unit;
    }

    public String consumerGroup() {
        return consumerGroup;
    }

    public String inputTopic() {
        return inputTopic;
    }

    /** Items that went through since the process began. */
    public long passed() {
        return passed.get();
    }

    /** Items that were refused since the process began. */
    public long failedCount() {
        return failed.get();
    }

    /** Items in the stage's own buffer now. */
    public long queued() {
        return queued.getAsLong();
    }

    /** Most items that buffer holds; 0 where there is none. */
    public int capacity() {
        return capacity;
    }

    /** Records that wait in the input topic, or -1 where the stage cannot say. */
    public long lag() {
        return lag.getAsLong();
    }
}
