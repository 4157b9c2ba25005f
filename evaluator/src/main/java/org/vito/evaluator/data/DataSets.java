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
        DAVIS,
        /** Photographs of 200 classes, see {@link ImageNetA}. */
        IMAGENET_A,
        /** Frames of videos of 30 classes, see {@link ImageNetVidRobust}. */
        IMAGENET_VID_ROBUST,
        /** Corrupted images, see {@link ImageNet3dcc}. */
        IMAGENET_3DCC,
        /** Pictures that people named, see {@link HumanSet}. */
        MODEL_VS_HUMAN,
        /** Pictures with where people looked, see {@link ClickMeSet}. */
        CLICKME;

        /** Whether a classifier that was trained on other images is tried on such a set. */
        public boolean isClassified() {
            return this == IMAGENET_A || this == IMAGENET_VID_ROBUST || this == IMAGENET_3DCC || this == MODEL_VS_HUMAN;
        }

        /** Whether a classifier may be of use: for {@link #CLICKME} to networks without attention. */
        public boolean mayBeClassified() {
            return isClassified() || this == CLICKME;
        }

        /** Whether such a set has labelled images to learn from. */
        public boolean isLabelled() {
            return this == AUTO || this == FOLDER || this == IDX;
        }

        private String expected() {
            return switch (this) {
                case AUTO, FOLDER, IDX -> "folders of images or IDX files";
                case DAVIS -> "DAVIS 2017";
                case IMAGENET_A -> "the 200 folders of imagenet-a.tar";
                case IMAGENET_VID_ROBUST -> "the directory imagenet-vid-robust of imagenet_vid_ytbb_robust.tar.gz";
                case IMAGENET_3DCC -> "the folders of corruptions of ImageNet-3DCC";
                case MODEL_VS_HUMAN -> "model-vs-human with datasets and raw-data";
                case CLICKME -> "ClickMe's val-0.tfrecords, …";
            };
        }
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
                    .formatted(name, root.toAbsolutePath(), kind.expected()));
        }
        return switch (kind) {
            case FOLDER -> FolderSet.open(name, root, limits);
            case IDX -> IdxSet.open(name, root, limits);
            case AUTO -> IdxSet.isThere(root) ? IdxSet.open(name, root, limits) : FolderSet.open(name, root, limits);
            case DAVIS -> DavisSet.open(name, root, limits.videos());
            case IMAGENET_A -> ImageNetA.open(name, root, limits.test());
            case IMAGENET_VID_ROBUST -> ImageNetVidRobust.open(name, root, limits.test());
            case IMAGENET_3DCC -> ImageNet3dcc.open(name, root, limits.test());
            case MODEL_VS_HUMAN -> HumanSet.open(name, root, limits.experiments());
            case CLICKME -> ClickMeSet.open(name, root, limits.test());
        };
    }

    static VitoException bad(String message) {
        return new VitoException(Reason.BAD_DATA_SET, message);
    }

    static VitoException bad(String message, Throwable cause) {
        return new VitoException(Reason.BAD_DATA_SET, message, cause);
    }
}
