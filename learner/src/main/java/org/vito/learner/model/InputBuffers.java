package org.vito.learner.model;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataStorageVisitor;
import org.tensorflow.types.TUint8;

/** Tensors of bytes whose memory can be written from Java, so that batches reach TensorFlow without a copy. */
final class InputBuffers implements AutoCloseable {
    private final Shape shape;
    private final List<TUint8> tensors = new ArrayList<>();

    InputBuffers(long... shape) {
        this.shape = Shape.of(shape);
    }

    /** Memory of {@code n} more tensors; valid until this is closed. */
    List<ByteBuffer> add(int n) {
        List<ByteBuffer> memory = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            TUint8 tensor = TUint8.tensorOf(shape);
            tensors.add(tensor);
            memory.add(memoryOf(tensor));
        }
        return memory;
    }

    TUint8 get(int index) {
        return tensors.get(index);
    }

    @Override
    public void close() {
        tensors.forEach(TUint8::close);
        tensors.clear();
    }

    private static ByteBuffer memoryOf(TUint8 tensor) {
        ByteBuffer memory = tensor.asRawTensor().data().accept(new MemoryVisitor());
        if (memory == null || !memory.isDirect() || memory.capacity() != tensor.numBytes()) {
            throw new IllegalStateException("the memory of a tensor cannot be reached");
        }
        return memory;
    }

    /** Finds the memory behind a data buffer. */
    private static final class MemoryVisitor implements DataStorageVisitor<@Nullable ByteBuffer> {
        @Override
        public ByteBuffer visit(ByteBuffer buffer) {
            return buffer.slice();
        }

        @Override
        public ByteBuffer visit(long address, long length, long scale) {
            return new BytePointer(new Memory(address)).capacity(length * scale).asByteBuffer();
        }

        @Override
        public @Nullable ByteBuffer fallback() {
            return null;
        }
    }

    /** Native memory that somebody else owns. */
    private static final class Memory extends Pointer {
        Memory(long address) {
            this.address = address;
        }
    }
}
