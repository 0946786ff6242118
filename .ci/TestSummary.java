import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.RuntimeVisibleAnnotationsAttribute;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/// Prints at the end of a test run what ran, what was skipped and why: `java TestSummary.java src/engine/target bench/target ...`.
///
/// Outcomes come from Surefire's reports, tags from the annotations of the compiled tests (composed annotations,
/// enclosing and super classes included); a test without a tag counts as `unit`. The exit code is 1 if a test failed, if none ran, or
/// if the tests of a module took too long and were stopped. A tag that is over its budget of time is only a warning.
final class TestSummary {

    enum Outcome { PASSED, FAILED, SKIPPED, NOT_RUN }

    /// One test method, or one run of a parameterised one. If `method` is empty, it is the whole class.
    record Case(String type, String method, Outcome outcome, double seconds, String reason) {
        String title() {
            String simple = type.substring(type.lastIndexOf('.') + 1).replace('$', '.');
            return method.isEmpty() ? simple : simple + "." + method;
        }
    }

    /// The time that the tests of a tag should take, on two cores that do nothing else.
    private static final Map<String, Integer> BUDGET_MINUTES = Map.of("unit", 6, "simt", 7, "sanitize", 7, "compile", 4);

    private TestSummary() {}

    static void main(String[] args) throws Exception {
        List<Path> targets = Stream.of(args).map(Path::of).toList();
        List<Case> cases = new ArrayList<>();
        for (Path target : targets) {
            cases.addAll(readReports(target.resolve("surefire-reports")));
        }
        if (cases.isEmpty()) {
            System.out.println("\nNo test ran: no report in " + targets.getFirst().resolve("surefire-reports"));
            System.exit(1);
        }
        TestClasses classes = new TestClasses(targets.stream().map(t -> t.resolve("test-classes")).filter(Files::isDirectory).toList());
        List<Case> all = new ArrayList<>(cases);
        all.addAll(classes.withoutReport(cases));
        Map<String, List<Case>> byTag =
                all.stream().collect(Collectors.groupingBy(classes::tag, TreeMap::new, Collectors.toList()));
        printTable(byTag);
        printBudgets(byTag);
        printFailures(all);
        boolean endless = printEndless(targets);
        printSkips(byTag);
        printNotRun(byTag);
        System.out.printf("%n%d passed, %d failed, %d skipped%n",
                count(all, Outcome.PASSED), count(all, Outcome.FAILED), count(all, Outcome.SKIPPED));
        System.exit(count(all, Outcome.FAILED) > 0 || endless ? 1 : 0);
    }

    private static long count(List<Case> cases, Outcome outcome) {
        return cases.stream().filter(c -> c.outcome == outcome).count();
    }

    private static void printTable(Map<String, List<Case>> byTag) {
        System.out.printf("%n%-16s %8s %8s %8s %8s %9s %7s%n", "tag", "passed", "failed", "skipped", "not run", "seconds", "budget");
        byTag.forEach((tag, cases) -> System.out.printf("%-16s %8d %8d %8d %8d %9.1f %7s%n", tag,
                count(cases, Outcome.PASSED), count(cases, Outcome.FAILED), count(cases, Outcome.SKIPPED),
                count(cases, Outcome.NOT_RUN), cases.stream().mapToDouble(Case::seconds).sum(),
                BUDGET_MINUTES.containsKey(tag) ? 60 * BUDGET_MINUTES.get(tag) + "" : ""));
    }

    /// Prints which tags took longer than their budget: only a warning, because the machine may be slow or busy.
    private static void printBudgets(Map<String, List<Case>> byTag) {
        for (Map.Entry<String, Integer> budget : new TreeMap<>(BUDGET_MINUTES).entrySet()) {
            double minutes = byTag.getOrDefault(budget.getKey(), List.of()).stream().mapToDouble(Case::seconds).sum() / 60;
            if (minutes > budget.getValue()) {
                System.out.printf("%nWarning: the tests with tag %s took %.1f minutes, more than their budget of %d minutes on two cores%n", budget.getKey(),
                        minutes, budget.getValue());
            }
        }
    }

    /// Prints in which modules Surefire stopped the tests because they took too long; it then writes a dump of all threads.
    private static boolean printEndless(List<Path> targets) throws IOException {
        boolean found = false;
        for (Path target : targets) {
            Path reports = target.resolve("surefire-reports");
            if (!Files.isDirectory(reports)) {
                continue;
            }
            try (Stream<Path> files = Files.list(reports)) {
                for (Path dump : files.filter(f -> f.toString().endsWith(".dump")).toList()) {
                    if (Files.readString(dump).contains("Thread dump for process")) {
                        System.out.printf("%nThe tests of %s did not end and were stopped; the stacks of all threads are in %s%n", target.getParent(), dump);
                        found = true;
                    }
                }
            }
        }
        return found;
    }

    private static void printFailures(List<Case> cases) {
        if (count(cases, Outcome.FAILED) == 0) {
            return;
        }
        System.out.println("\nFailed:");
        cases.stream().filter(c -> c.outcome == Outcome.FAILED)
                .forEach(c -> System.out.println("  " + c.title() + ": " + c.reason));
    }

    private static void printSkips(Map<String, List<Case>> byTag) {
        String lines = byTag.entrySet().stream().flatMap(e -> e.getValue().stream()
                        .filter(c -> c.outcome == Outcome.SKIPPED)
                        .collect(Collectors.groupingBy(Case::reason, TreeMap::new, Collectors.counting()))
                        .entrySet().stream()
                        .map(reason -> "  %-10s %4d  %s%n".formatted(e.getKey(), reason.getValue(), reason.getKey())))
                .collect(Collectors.joining());
        if (!lines.isEmpty()) {
            System.out.print("\nSkipped, and why:\n" + lines);
        }
    }

    private static void printNotRun(Map<String, List<Case>> byTag) {
        String lines = byTag.entrySet().stream().flatMap(e -> e.getValue().stream()
                        .filter(c -> c.outcome == Outcome.NOT_RUN)
                        .collect(Collectors.groupingBy(Case::type, TreeMap::new, Collectors.counting()))
                        .entrySet().stream()
                        .map(type -> "  %-10s %4d  %s%n".formatted(e.getKey(), type.getValue(),
                                new Case(type.getKey(), "", Outcome.NOT_RUN, 0, "").title())))
                .collect(Collectors.joining());
        if (!lines.isEmpty()) {
            System.out.print("\nNot run (excluded by tag or -Dtest, or by an assumption in @BeforeAll; a tag runs with"
                    + " -Dgroups=TAG -DexcludedGroups=):\n" + lines);
        }
    }

    // --- Surefire's reports ----------------------------------------------------------------------------------------

    private static List<Case> readReports(Path folder) throws Exception {
        List<Case> cases = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return cases;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches("TEST-.*\\.xml")).sorted().toList()) {
                var found = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(file.toFile())
                        .getElementsByTagName("testcase");
                for (int i = 0; i < found.getLength(); i++) {
                    cases.add(toCase((Element) found.item(i)));
                }
            }
        }
        return cases;
    }

    private static Case toCase(Element test) {
        Outcome outcome = Outcome.PASSED;
        String reason = "";
        for (String element : List.of("skipped", "failure", "error")) {
            if (test.getElementsByTagName(element).item(0) instanceof Element e) {
                outcome = element.equals("skipped") ? Outcome.SKIPPED : Outcome.FAILED;
                reason = reason(e);
            }
        }
        String seconds = test.getAttribute("time").replace(",", "");
        return new Case(test.getAttribute("classname"), test.getAttribute("name"), outcome,
                seconds.isEmpty() ? 0 : Double.parseDouble(seconds), reason);
    }

    /// The message in one line, without the exception's name and the stack.
    private static String reason(Element e) {
        String text = e.hasAttribute("message") ? e.getAttribute("message") : e.getTextContent();
        String line = text.lines().takeWhile(l -> !l.startsWith("\tat ")).map(String::strip)
                .filter(l -> !l.isEmpty()).collect(Collectors.joining(" "));
        String message = line.replaceFirst("^org\\.opentest4j\\.TestAbortedException:? ?", "")
                .replaceFirst("^Assumption failed: ", "");
        return message.isEmpty() ? "no reason given" : message;
    }

    // --- the compiled tests ----------------------------------------------------------------------------------------

    /// Tags and test methods, read from class files without loading a class.
    private static final class TestClasses {
        private static final String JUPITER = "Lorg/junit/jupiter/api/";
        private static final Set<String> TESTS = Set.of(JUPITER + "Test;", JUPITER + "RepeatedTest;",
                JUPITER + "TestFactory;", JUPITER + "TestTemplate;", "Lorg/junit/jupiter/params/ParameterizedTest;");

        private final List<Path> folders;
        private final Map<String, Optional<ClassModel>> parsed = new HashMap<>();

        TestClasses(List<Path> folders) {
            this.folders = folders;
        }

        /// The tags of a test joined by `+`, or `unit`.
        String tag(Case test) {
            String method = methodName(test);
            Set<String> tags = new TreeSet<>(classTags(test.type));
            for (Optional<ClassModel> c = parse(test.type); c.isPresent(); c = superclass(c.get())) {
                c.get().methods().stream().filter(m -> m.methodName().equalsString(method))
                        .forEach(m -> tags.addAll(tags(m, new HashSet<>())));
            }
            return tags.isEmpty() ? "unit" : String.join("+", tags);
        }

        /// Test methods that no report mentions.
        List<Case> withoutReport(List<Case> reported) throws IOException {
            Set<String> seen = reported.stream().map(c -> c.type + "#" + methodName(c)).collect(Collectors.toSet());
            List<Case> missing = new ArrayList<>();
            for (Path folder : folders) {
                withoutReport(folder, seen, missing);
            }
            return missing;
        }

        private void withoutReport(Path folder, Set<String> seen, List<Case> missing) throws IOException {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
                    String path = folder.relativize(file).toString();
                    String type = path.replaceFirst("\\.class$", "").replace(file.getFileSystem().getSeparator(), ".");
                    ClassModel c = parse(type).orElseThrow();
                    if (c.flags().has(AccessFlag.ABSTRACT) || seen.contains(type + "#")) {
                        continue;
                    }
                    c.methods().stream().filter(m -> isTest(m, new HashSet<>())).map(m -> m.methodName().stringValue())
                            .filter(m -> !seen.contains(type + "#" + m))
                            .forEach(m -> missing.add(new Case(type, m, Outcome.NOT_RUN, 0, "")));
                }
            }
        }

        /// `name(int)[1]` is a run of `name`.
        private static String methodName(Case test) {
            return test.method.split("[^\\p{Alnum}_$]", 2)[0];
        }

        private Set<String> classTags(String type) {
            Set<String> tags = new HashSet<>();
            for (Optional<ClassModel> c = parse(type); c.isPresent(); c = superclass(c.get())) {
                tags.addAll(tags(c.get(), new HashSet<>()));
            }
            int nested = type.lastIndexOf('$');
            if (nested > 0) {
                tags.addAll(classTags(type.substring(0, nested)));
            }
            return tags;
        }

        private Set<String> tags(AttributedElement element, Set<String> visited) {
            Set<String> tags = new HashSet<>();
            for (Annotation a : annotations(element)) {
                String name = a.className().stringValue();
                if (name.equals(JUPITER + "Tag;")) {
                    tags.add(value(a));
                } else if (name.equals(JUPITER + "Tags;")) {
                    var several = (AnnotationValue.OfArray) a.elements().getFirst().value();
                    several.values().forEach(v -> tags.add(value(((AnnotationValue.OfAnnotation) v).annotation())));
                } else if (visited.add(name)) {
                    composed(a).ifPresent(c -> tags.addAll(tags(c, visited)));
                }
            }
            return tags;
        }

        private static String value(Annotation tag) {
            return ((AnnotationValue.OfString) tag.elements().getFirst().value()).stringValue();
        }

        private boolean isTest(AttributedElement element, Set<String> visited) {
            return annotations(element).stream().anyMatch(a -> {
                String name = a.className().stringValue();
                return TESTS.contains(name)
                        || visited.add(name) && composed(a).filter(c -> isTest(c, visited)).isPresent();
            });
        }

        private static List<Annotation> annotations(AttributedElement element) {
            return element.findAttribute(Attributes.runtimeVisibleAnnotations())
                    .map(RuntimeVisibleAnnotationsAttribute::annotations).orElse(List.of());
        }

        /// The class of the annotation, if it is one of this project.
        private Optional<ClassModel> composed(Annotation a) {
            String binary = a.className().stringValue().replace('/', '.');
            return parse(binary.substring(1, binary.length() - 1));
        }

        private Optional<ClassModel> superclass(ClassModel c) {
            return c.superclass().flatMap(s -> parse(s.asInternalName().replace('/', '.')));
        }

        private Optional<ClassModel> parse(String type) {
            return parsed.computeIfAbsent(type, t -> folders.stream().map(f -> f.resolve(t.replace('.', '/') + ".class"))
                    .filter(Files::isRegularFile).findFirst().map(TestClasses::read));
        }

        private static ClassModel read(Path file) {
            try {
                return ClassFile.of().parse(file);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file, e);
            }
        }
    }
}
