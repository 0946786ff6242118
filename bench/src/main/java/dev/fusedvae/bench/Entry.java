package dev.fusedvae.bench;

import java.util.List;

/// One row of the peers table, as it is asked for.
sealed interface Entry {

    /// Its name in the table.
    String name();

    /// Training steps of `net`, by every contestant whose numbers can be shown to equal ours: `S:128`.
    record Train(String net, int batch) implements Entry {
        @Override
        public String name() {
            return "train " + net + ", batch " + batch;
        }
    }

    /// Training steps of `net` by DL4J, for whose numbers that cannot be shown: `dl4j:S:128`.
    record Dl4j(String net, int batch) implements Entry {
        @Override
        public String name() {
            return "train " + net + ", batch " + batch + ", beside DL4J";
        }
    }

    /// Posterior means of `batch` rows by net S: `encode:1024:2`.
    record Encode(int batch, int threads) implements Entry {
        @Override
        public String name() {
            return "encode S, batch " + batch + ", " + threads + (threads == 1 ? " thread" : " threads");
        }
    }

    /// All rows; the first word that is not a row is refused.
    ///
    /// @throws IllegalArgumentException with the spellings there are
    static List<Entry> parseAll(List<String> texts) {
        return texts.stream().map(Entry::parse).toList();
    }

    private static Entry parse(String text) {
        String[] words = text.strip().split(":");
        if (words.length == 3 && words[0].equals("encode")) {
            return new Encode(number(text, words[1]), number(text, words[2]));
        }
        if (words.length == 3 && words[0].equals("dl4j")) {
            return new Dl4j(net(words[1]), number(text, words[2]));
        }
        if (words.length == 2) {
            return new Train(net(words[0]), number(text, words[1]));
        }
        throw refused(text);
    }

    private static String net(String text) {
        Nets.spec(text);
        return text;
    }

    private static int number(String row, String text) {
        if (!text.matches("[1-9][0-9]{0,5}")) {
            throw refused(row);
        }
        return Integer.parseInt(text);
    }

    private static IllegalArgumentException refused(String text) {
        return new IllegalArgumentException("a row is NET:BATCH, encode:BATCH:THREADS or dl4j:NET:BATCH, such as S:128, got '" + text + "'");
    }
}
