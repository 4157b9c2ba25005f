package org.vito.deploy;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.vito.deploy.letters.Letter;
import org.vito.deploy.letters.LetterBox;
import org.vito.deploy.letters.LetterFilter;
import org.vito.deploy.letters.LetterId;
import org.vito.deploy.letters.LetterView;
import org.vito.deploy.letters.Replay;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.Topic;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vito deadletters replay}: writes original records back to the topics they came from. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Send the original records of dead letters once more, to the topics they came from.",
        description = {
            "",
            "Each letter is replayed once, however often the command is given or broken off; --again replays it anew. What"
                    + " is refused again becomes a new letter. A record sent this way passes the quarantine of decode."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Sent, or nothing to send.",
            "1:Kafka cannot be reached, or a letter is not there; the message names it.",
            "2:The command line cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito deadletters replay 0-17 0-18",
            "  vito deadletters replay --reason UNREACHABLE --since 2h",
            "  vito deadletters replay --all --dry-run"
        })
final class ReplayCommand implements Callable<Integer> {
    private static final Set<String> TOPICS =
            Topics.all().stream().map(Topic::name).collect(Collectors.toUnmodifiableSet());

    @Spec
    CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "ID", description = "Ids that vito deadletters list prints.")
    List<String> ids = new ArrayList<>();

    @Mixin
    LetterOptions picked;

    @Option(names = "--all", order = 13, description = "Every letter that was not replayed yet.")
    boolean all;

    @Option(names = "--again", order = 20, description = "Also those that were replayed before.")
    boolean again;

    @Option(names = "--dry-run", order = 21, description = "Say what would be sent, and send nothing.")
    boolean dryRun;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (ids.isEmpty() && picked.isEmpty() && !all) {
            throw new ParameterException(
                    spec.commandLine(), "which letters? give ids, --stage, --reason, --since or --all");
        }
        Set<LetterId> named = ids.stream().map(LetterId::parse).collect(Collectors.toCollection(TreeSet::new));
        LetterFilter filter = picked.filter(Instant.now());
        KafkaAccess kafka = LetterOptions.kafka(common);
        if (dryRun) {
            Choice choice = choose(kafka, named, filter);
            PrintWriter out = spec.commandLine().getOut();
            choice.letters().forEach(letter -> out.println(LetterView.line(letter)));
            say("would send %d to %s", choice);
            return 0;
        }
        try (Replay replay = Replay.begin(kafka)) {
            Choice choice = choose(kafka, named, filter);
            int of = choice.letters().size();
            int sent = replay.send(choice.letters().stream().map(Letter::id).toList(), done -> Terminal.shared()
                    .live("%d/%d letters".formatted(done, of)));
            Terminal.shared().endLive();
            if (sent != of) {
                throw new VitoException(Reason.INTERNAL, "%d letters were sent of %d".formatted(sent, of));
            }
            say("sent %d to %s", choice);
        }
        return 0;
    }

    /**
     * What is to be sent.
     *
     * @param replayed how many are left out because they were replayed before
     * @param foreign ids of those left out because they hold no record of a topic of ours
     */
    private record Choice(List<Letter> letters, int replayed, List<LetterId> foreign) {}

    private Choice choose(KafkaAccess kafka, Set<LetterId> named, LetterFilter filter) {
        List<Letter> there;
        try (LetterBox box = LetterBox.open(kafka)) {
            there = box.list(filter);
            if (!named.isEmpty()) {
                there = there.stream().filter(l -> named.contains(l.id())).toList();
                Set<LetterId> missing = new TreeSet<>(named);
                there.forEach(l -> missing.remove(l.id()));
                if (!missing.isEmpty()) {
                    throw new VitoException(
                            Reason.NOT_FOUND,
                            "%s holds no dead letter %s%s; nothing was sent"
                                    .formatted(
                                            Topics.DEAD_LETTERS,
                                            LetterBox.names(missing),
                                            picked.isEmpty() ? "" : " of those asked for"));
                }
            }
        }
        List<Letter> chosen = new ArrayList<>();
        List<LetterId> foreign = new ArrayList<>();
        int replayed = 0;
        for (Letter letter : there) {
            if (!TOPICS.contains(letter.letter().getTopic())) {
                foreign.add(letter.id());
            } else if (letter.replayed() && !again) {
                replayed++;
            } else {
                chosen.add(letter);
            }
        }
        return new Choice(chosen, replayed, foreign);
    }

    private void say(String what, Choice choice) {
        String topics = choice.letters().stream()
                .map(l -> l.letter().getTopic())
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        PrintWriter out = spec.commandLine().getOut();
        out.println(what.formatted(choice.letters().size(), topics.isEmpty() ? "no topic" : topics));
        if (choice.replayed() > 0) {
            out.println(choice.replayed() + " left out: replayed before (--again sends them anew)");
        }
        if (!choice.foreign().isEmpty()) {
            out.println(choice.foreign().size() + " left out: they hold no record to send, e.g. "
                    + choice.foreign().get(0));
        }
        out.flush();
    }
}
