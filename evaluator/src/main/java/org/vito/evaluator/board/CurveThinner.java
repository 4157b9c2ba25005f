package org.vito.evaluator.board;

import java.util.ArrayList;
import java.util.List;

/**
 * A curve of any length in a bounded number of points that keeps every extreme: neighbouring steps share a bucket, which
 * knows their least, greatest and mean value; when there are too many buckets, each two become one of double width.
 *
 * <p>Steps come in order. A step that was told before means that training went back to a checkpoint: everything from there
 * on is told anew and the old telling is dropped, but for steps that share a bucket with earlier ones.
 */
final class CurveThinner {
    private final int capacity;
    private final List<Bucket> buckets = new ArrayList<>();
    private long width = 1;
    private long lastStep = Long.MIN_VALUE;
    private long changedFrom = Long.MAX_VALUE;

    private static final class Bucket {
        private final long start;
        private long first;
        private long last;
        private long count;
        private double sum;
        private double least = Double.POSITIVE_INFINITY;
        private double greatest = Double.NEGATIVE_INFINITY;
        private double rate;

        Bucket(long start, long first) {
            this.start = start;
            this.first = first;
        }

        void add(long step, double value, double learningRate) {
            last = step;
            count++;
            sum += value;
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
            rate = learningRate;
        }

        Bucket with(Bucket next, long mergedStart) {
            Bucket both = new Bucket(mergedStart, Math.min(first, next.first));
            both.last = Math.max(last, next.last);
            both.count = count + next.count;
            both.sum = sum + next.sum;
            both.least = Math.min(least, next.least);
            both.greatest = Math.max(greatest, next.greatest);
            both.rate = next.rate;
            return both;
        }

        Bucket movedTo(long mergedStart) {
            return new Bucket(mergedStart, first).with(this, mergedStart);
        }
    }

    /** An empty curve of at most {@code capacity} buckets, 2 or more. */
    CurveThinner(int capacity) {
        if (capacity < 2) {
            throw new IllegalArgumentException("capacity " + capacity);
        }
        this.capacity = capacity;
    }

    /** Takes in a step's value. Values that are no finite numbers are not part of a curve. */
    void add(long step, double value, double learningRate) {
        if (step <= lastStep) {
            rewindTo(step);
        }
        lastStep = step;
        if (!Double.isFinite(value) || !Double.isFinite(learningRate)) {
            return;
        }
        long start = Math.floorDiv(step, width) * width;
        Bucket newest = buckets.isEmpty() ? null : buckets.get(buckets.size() - 1);
        if (newest == null || newest.start != start) {
            newest = new Bucket(start, step);
            buckets.add(newest);
        }
        newest.add(step, value, learningRate);
        changedFrom = Math.min(changedFrom, start);
        while (buckets.size() > capacity) {
            halve();
        }
    }

    private void rewindTo(long step) {
        buckets.removeIf(b -> b.first >= step);
        changedFrom = Math.min(changedFrom, Math.floorDiv(step, width) * width);
    }

    private void halve() {
        width *= 2;
        List<Bucket> merged = new ArrayList<>();
        for (Bucket bucket : buckets) {
            long start = Math.floorDiv(bucket.start, width) * width;
            int newest = merged.size() - 1;
            if (newest >= 0 && merged.get(newest).start == start) {
                merged.set(newest, merged.get(newest).with(bucket, start));
            } else {
                merged.add(bucket.movedTo(start));
            }
        }
        buckets.clear();
        buckets.addAll(merged);
        changedFrom = Long.MIN_VALUE;
    }

    /** Every point, by step. */
    List<BoardView.Point> points() {
        return buckets.stream().map(CurveThinner::point).toList();
    }

    /** The points from the first that changed since the last call on, and from which step they replace what was there. */
    BoardView.CurveChange takeChange() {
        long from = changedFrom;
        changedFrom = Long.MAX_VALUE;
        return new BoardView.CurveChange(
                from == Long.MIN_VALUE ? null : from,
                buckets.stream()
                        .filter(b -> b.start >= from)
                        .map(CurveThinner::point)
                        .toList());
    }

    boolean isChanged() {
        return changedFrom != Long.MAX_VALUE;
    }

    private static BoardView.Point point(Bucket b) {
        return new BoardView.Point(b.start, b.first, b.last, b.sum / b.count, b.least, b.greatest, b.rate);
    }
}
