package dev.fusedvae.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// Lists the options of every mixin under its name, after the command's own.
///
/// Picocli's argument groups would print such headings too, but a flag given twice starts a second group there and
/// silently forgets the first; in mixins it is an error.
final class OptionSections {
    private OptionSections() {}

    /// Applies to the command and all below it.
    static void install(CommandLine line) {
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, OptionSections::render);
        line.getSubcommands().values().forEach(OptionSections::install);
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
        options.stream().filter(o -> !o.hidden()).forEach(o -> layout.addOption(o, help.parameterLabelRenderer()));
        return layout.toString();
    }

    /// Help and version come last.
    private static int order(OptionSpec option) {
        return option.usageHelp() || option.versionHelp() ? Integer.MAX_VALUE : option.order();
    }
}
