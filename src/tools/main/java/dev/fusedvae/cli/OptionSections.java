package dev.fusedvae.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// Lists the options of every mixin under its name, after the command's own, and marks those that must be given.
///
/// Picocli's argument groups would print such headings too, but a flag given twice starts a second group there and
/// silently forgets the first; in mixins it is an error.
final class OptionSections {
    /// The heading of data options that have no default: then `--data` must be given, which the command checks itself.
    static final String DATA = "Data";

    private static final String OPTIONS = "[OPTIONS]";

    private OptionSections() {}

    /// Applies to the command and all below it.
    static void install(CommandLine line) {
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, OptionSections::render);
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_SYNOPSIS, OptionSections::synopsis);
        line.getSubcommands().values().forEach(OptionSections::install);
    }

    /// The synopsis, with the options that must be given before the word that stands for all others.
    private static String synopsis(Help help) {
        String needed = help.commandSpec().options().stream().filter(o -> needed(o, help.commandSpec()))
                .map(o -> o.longestName() + "=" + o.paramLabel() + " ").collect(Collectors.joining());
        return help.synopsis(help.synopsisHeadingLength()).replace(OPTIONS, needed + OPTIONS);
    }

    private static boolean needed(OptionSpec option, CommandSpec command) {
        CommandSpec data = command.mixins().get(DATA);
        return option.required() || data != null && option.longestName().equals("--data");
    }

    private static String render(Help help) {
        CommandSpec spec = help.commandSpec();
        List<OptionSpec> own = new ArrayList<>(spec.options());
        StringBuilder sections = new StringBuilder();
        for (Map.Entry<String, CommandSpec> mixin : spec.mixins().entrySet()) {
            List<OptionSpec> options = spec.options().stream()
                    .filter(o -> mixin.getValue().optionsMap().containsKey(o.longestName())).toList();
            if (!mixin.getKey().equals("mixinStandardHelpOptions")) {
                own.removeAll(options);
                sections.append(System.lineSeparator()).append(mixin.getKey()).append(':').append(System.lineSeparator())
                        .append(list(help, options));
            }
        }
        own.sort(Comparator.comparingInt(OptionSections::order));
        return list(help, own) + sections;
    }

    private static String list(Help help, List<OptionSpec> options) {
        Help.Layout layout = help.createDefaultLayout();
        options.stream().filter(o -> !o.hidden()).map(o -> needed(o, help.commandSpec()) ? marked(o) : o)
                .forEach(o -> layout.addOption(o, help.parameterLabelRenderer()));
        return layout.toString();
    }

    private static OptionSpec marked(OptionSpec option) {
        String[] description = option.description().clone();
        description[0] = "required: " + description[0];
        return OptionSpec.builder(option).description(description).build();
    }

    /// Help and version come last.
    private static int order(OptionSpec option) {
        return option.usageHelp() || option.versionHelp() ? Integer.MAX_VALUE : option.order();
    }
}
