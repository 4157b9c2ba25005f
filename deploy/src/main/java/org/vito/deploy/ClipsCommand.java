package org.vito.deploy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.vito.decode.VideoClips;
import org.vito.decode.VideoInfo;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.LostSpan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vito clips}: what training would get of a video, for people to look at and other decoders to be compared with. */
@Command(
        name = "clips",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Write the clips that training would get of a video, as images with an index.",
        description = {
            "",
            "The video is decoded as by the decode role, in a process of its own and with its settings (vito.decode). Each"
                    + " frame of each clip becomes START-N.jpg, byte for byte as Kafka would hold it: START is the"
                    + " start of the clip's window in microseconds, N counts its frames.",
            "",
            "index.json says what video it is (video_id, container, codec, duration_us, frames_per_second) and lists the"
                    + " clips: clip_id, start_us, length_us, width, height and for each frame its file, its presentation"
                    + " time from the first frame of the video (pts_us), the time that was drawn (wanted_us), its number"
                    + " among the video's frames and the flags key, interlaced and damaged. Windows that touch damage"
                    + " became no clips; lost lists what was damaged (start_us, end_us and the reason). With"
                    + " vito.decode.damage=reject a damaged video is refused instead."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Written.",
            "1:The video was refused, or the directory cannot be written; the message says why.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito clips cat.mp4 -o cat-clips",
            "  vito clips cat.mp4 -o cat-clips -D vito.decode.window.stride=10s --no-numbers"
        })
final class ClipsCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "VIDEO", description = "The file.")
    Path video;

    @Option(
            names = {"-o", "--out"},
            order = 1,
            required = true,
            paramLabel = "DIR",
            description =
                    "Directory of the images and the index; made if missing, and nothing in it may be in the way.")
    Path out;

    @Option(
            names = "--no-numbers",
            order = 2,
            description = "Do not number frames, for which every frame of the video has to be decoded.")
    boolean noNumbers;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() throws IOException {
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        Path directory = Files.createDirectories(out.toAbsolutePath().normalize());
        Path index = directory.resolve("index.json");
        if (Files.exists(index)) {
            throw new VitoException(Reason.STORAGE, index + " is there already");
        }
        String videoId = LocalClips.id(video);
        ArrayNode clips = JsonNodeFactory.instance.arrayNode();
        Set<LostSpan> lost = new LinkedHashSet<>();
        VideoInfo info;
        try (LocalClips decoded = new LocalClips(config)) {
            info = decoded.make(video, videoId, new VideoClips.Wanted(0, Integer.MAX_VALUE, !noNumbers), clip -> {
                clips.add(write(directory, clip));
                lost.addAll(clip.getLostList());
            });
        }
        ObjectNode all = JsonNodeFactory.instance
                .objectNode()
                .put("video_id", videoId)
                .put("container", info.container())
                .put("codec", info.codec())
                .put("duration_us", info.durationUs())
                .put("frames_per_second", info.framesPerSecond());
        ArrayNode spans = all.putArray("lost");
        lost.forEach(span -> spans.addObject()
                .put("start_us", span.getStartUs())
                .put("end_us", span.getEndUs())
                .put("reason", span.getReason()));
        all.set("clips", clips);
        Files.writeString(
                index, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n");
        spec.commandLine()
                .getOut()
                .println(String.format(Locale.ROOT, "%d clips of %s in %s", clips.size(), video, index));
        return 0;
    }

    private static ObjectNode write(Path directory, Clip clip) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("clip_id", clip.getClipId())
                .put("start_us", clip.getStartUs())
                .put("length_us", clip.getLengthUs())
                .put("width", clip.getWidth())
                .put("height", clip.getHeight());
        ArrayNode frames = json.putArray("frames");
        for (Frame frame : clip.getFramesList()) {
            String name = String.format(Locale.ROOT, "%012d-%02d.jpg", clip.getStartUs(), frames.size());
            try {
                Files.write(directory.resolve(name), frame.getJpeg().toByteArray());
            } catch (IOException e) {
                throw new VitoException(Reason.STORAGE, directory.resolve(name) + " cannot be written: " + e, e);
            }
            ObjectNode entry = frames.addObject()
                    .put("file", name)
                    .put("pts_us", frame.getPtsUs())
                    .put("wanted_us", frame.getWantedUs());
            if (frame.hasNumber()) {
                entry.put("number", frame.getNumber());
            }
            entry.put("key", frame.getKey())
                    .put("interlaced", frame.getInterlaced())
                    .put("damaged", frame.getDamaged());
        }
        return json;
    }
}
