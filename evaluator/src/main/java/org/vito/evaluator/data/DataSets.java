package org.vito.evaluator.data;

import java.nio.file.Files;
import java.nio.file.Path;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Opens data sets of any layout that we read. */
public final class DataSets {
    /** How a set is laid out on disk. */
    public enum Kind {
        /** IDX if the directory has a training image file of that format, folders otherwise. */
        AUTO,
        /** One folder a class, see {@link FolderSet}. */
        FOLDER,
        /** IDX files as of MNIST, see {@link IdxSet}. */
        IDX,
        /** Videos with masks, see {@link DavisSet}. */
        DAVIS
    }

    private DataSets() {}

    /**
     * Lists what a set has and checks its layout. Images are read later, one by one, but for those of IDX.
     *
     * @throws VitoException BAD_DATA_SET naming the file or folder and what was expected of it
     */
    public static DataSet open(String name, Path root, Kind kind, Limits limits) {
        if (!Files.isDirectory(root)) {
            throw bad("data set %s: %s is not a directory; expected %s there"
                    .formatted(
                            name,
                            root.toAbsolutePath(),
                            kind == Kind.DAVIS ? "DAVIS 2017" : "folders of images or IDX files"));
        }
        return switch (kind) {
            case FOLDER -> FolderSet.open(name, root, limits);
            case IDX -> IdxSet.open(name, root, limits);
            case AUTO -> IdxSet.isThere(root) ? IdxSet.open(name, root, limits) : FolderSet.open(name, root, limits);
            case DAVIS -> DavisSet.open(name, root, limits.videos());
        };
    }

    static VitoException bad(String message) {
        return new VitoException(Reason.BAD_DATA_SET, message);
    }

    static VitoException bad(String message, Throwable cause) {
        return new VitoException(Reason.BAD_DATA_SET, message, cause);
    }
}
