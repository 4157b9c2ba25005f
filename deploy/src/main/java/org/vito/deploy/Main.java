package org.vito.deploy;

import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Entry point of the {@code vito} command. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command with all its subcommands; failures end in one line on standard error and an exit code. */
    static CommandLine commandLine() {
        CommandLine vito = new CommandLine(new VitoCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setAbbreviatedOptionsAllowed(false)
                .setExecutionExceptionHandler(Main::fail);
        Presets presets = Presets.of(Main.class.getClassLoader());
        describe(presets, vito);
        return vito;
    }

    private static void describe(Presets presets, CommandLine command) {
        presets.describeIn(command);
        command.getSubcommands().values().forEach(sub -> describe(presets, sub));
    }

    private static int fail(Exception failure, CommandLine command, ParseResult parsed) {
        Terminal.shared().endLive();
        command.getErr().println("vito: " + Causes.line(failure));
        if (verbose(parsed)) {
            failure.printStackTrace(command.getErr());
        }
        return Causes.exitCode(failure);
    }

    private static boolean verbose(ParseResult parsed) {
        ParseResult deepest = parsed;
        while (deepest.hasSubcommand()) {
            deepest = deepest.subcommand();
        }
        return deepest.hasMatchedOption("--verbose");
    }
}
