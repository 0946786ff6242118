package dev.fusedvae.fetch;

import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.CatalogueEntry;
import dev.fusedvae.data.CatalogueEntry.PinnedFile;
import dev.fusedvae.data.DataException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.channels.FileChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Fetches the files of a catalogued data set: mirrors in turn, SHA-256 checked, moved into place only when whole.
///
/// `fileTimeout` bounds one download of one file; `progress` receives a line per file.
public record Fetcher(Duration connectTimeout, Duration fileTimeout, Consumer<String> progress) {

    public Fetcher {
        if (!connectTimeout.isPositive() || !fileTimeout.isPositive()) {
            throw new DataException("timeouts must be positive, got " + connectTimeout + " and " + fileTimeout);
        }
    }

    /// Ten seconds to connect, ten minutes per file.
    public static Fetcher standard(Consumer<String> progress) {
        return new Fetcher(Duration.ofSeconds(10), Duration.ofMinutes(10), progress);
    }

    /// Puts all files of the entry into the folder, usually its [cache folder][Catalogue#cacheFolder]; intact ones stay as they are.
    public Path fetch(CatalogueEntry entry, Path folder) {
        List<PinnedFile> files = entry.files().orElseThrow(() -> new DataException(entry.name()
                + " is part of the program, so there is nothing to fetch: use it as --data " + entry.name())).all();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new DataException("the folder " + folder + " cannot be made (" + e
                    + "): set XDG_CACHE_HOME to a folder that can be written to", e);
        }
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(connectTimeout).followRedirects(HttpClient.Redirect.NORMAL).build()) {
            for (PinnedFile file : files) {
                Path target = folder.resolve(file.packedName());
                if (Files.isRegularFile(target) && fault(target, file).isEmpty()) {
                    progress.accept(file.packedName() + ": already there");
                } else {
                    fetch(client, entry, file, target);
                }
            }
        }
        return folder;
    }

    private void fetch(HttpClient client, CatalogueEntry entry, PinnedFile file, Path target) {
        List<String> tried = new ArrayList<>();
        for (String mirror : entry.mirrors()) {
            URI uri = URI.create(mirror + file.packedName());
            String fault = download(client, uri, file, target);
            if (fault.isEmpty()) {
                progress.accept(file.packedName() + ": fetched from " + uri.getHost());
                return;
            }
            tried.add(uri + " " + fault);
        }
        throw new DataException("could not fetch " + file.packedName() + " of " + entry.name() + " (" + String.join("; ", tried)
                + "): try again with a network, or put " + entry.files().orElseThrow().all().stream().map(PinnedFile::packedName)
                .collect(Collectors.joining(", ")) + " into " + target.toAbsolutePath().getParent()
                + " or any folder named with --data-dir");
    }

    /// Downloads to a temporary file beside the target and moves it there if sound; returns the fault, or an empty string.
    private String download(HttpClient client, URI uri, PinnedFile file, Path target) {
        try {
            Path part = Files.createTempFile(target.getParent(), file.name(), ".part");
            try {
                String fault = receive(client, uri, file, part);
                if (fault.isEmpty()) {
                    fault = fault(part, file);
                }
                if (fault.isEmpty()) {
                    try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
                }
                return fault;
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new DataException(target.getParent() + " cannot be written to (" + e
                    + "): set XDG_CACHE_HOME to a folder that can", e);
        }
    }

    private String receive(HttpClient client, URI uri, PinnedFile file, Path part) {
        // Gzip never grows content by more than a few bytes, so a longer answer cannot be the file.
        long most = file.bytes() + 1024;
        HttpResponse.BodyHandler<Path> toFile = BodyHandlers.limiting(info -> info.statusCode() == 200
                ? BodySubscribers.ofFile(part, StandardOpenOption.WRITE) : BodySubscribers.replacing(part), most);
        CompletableFuture<HttpResponse<Path>> answer = client.sendAsync(HttpRequest.newBuilder(uri).build(), toFile);
        try {
            int status = answer.get(fileTimeout.toMillis(), TimeUnit.MILLISECONDS).statusCode();
            return status == 200 ? "" : "answered with status " + status;
        } catch (TimeoutException _) {
            answer.cancel(true);
            return "took longer than " + fileTimeout.toSeconds() + " s";
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new DataException("the download of " + uri + " was interrupted", e);
        } catch (ExecutionException e) {
            return reason(e.getCause());
        }
    }

    private static String reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "has an unknown host: no network?";
            }
        }
        return failure instanceof ConnectException
                ? "cannot be reached: no network?"
                : "broke off (" + (failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage()) + ")";
    }

    private static String fault(Path path, PinnedFile file) {
        try {
            return file.fault(path);
        } catch (DataException e) {
            return "is no sound gzip file";
        }
    }
}
