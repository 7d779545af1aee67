import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets the launcher make its archive of classes: {@code java ClassArchive.java LAUNCHER}. A gate passes and promotes against a server
 * of canned responses, so that all classes that this takes are in the archive. Without an archive the launcher works too, only slower;
 * a failure is therefore said, and ends with status 0.
 */
class ClassArchive {
    private static final String VERSION = "{\"model_version\":{\"name\":\"m\",\"version\":\"1\",\"run_id\":\"r\",\"status\":\"READY\","
            + "\"source\":\"runs:/r/model\",\"current_stage\":\"None\"}}";

    public static void main(String[] args) throws Exception {
        AtomicBoolean moved = new AtomicBoolean();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath().replaceFirst(".*/mlflow/", "");
            boolean write = exchange.getRequestMethod().equals("POST");
            moved.compareAndSet(false, write && path.equals("registered-models/alias"));
            String response = response(path, String.valueOf(exchange.getRequestURI().getQuery()), moved.get());
            byte[] body = (response == null ? "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"Registered model alias champion"
                    + " not found.\"}" : response).getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(response == null ? 404 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            String problem = archive(Path.of(args[0]), "http://127.0.0.1:" + server.getAddress().getPort());
            System.out.println(problem == null ? "The archive of classes lies beside the jar." : "There is no archive of classes: " + problem);
        } finally {
            server.stop(0);
        }
    }

    /** Null for MLflow's response that there is no such thing. */
    private static String response(String path, String query, boolean moved) {
        return switch (path) {
            case "runs/get" -> "{\"run\":{\"info\":{\"run_id\":\"r\",\"experiment_id\":\"1\",\"status\":\"FINISHED\",\"start_time\":1,"
                    + "\"end_time\":2,\"lifecycle_stage\":\"active\"},\"data\":{\"metrics\":[{\"key\":\"accuracy\",\"value\":0.9,"
                    + "\"timestamp\":2,\"step\":0}]},\"inputs\":{}}}";
            case "experiments/get" -> "{\"experiment\":{\"experiment_id\":\"1\",\"name\":\"e\",\"lifecycle_stage\":\"active\"}}";
            case "registered-models/get" -> "{\"registered_model\":{\"name\":\"m\"}}";
            case "registered-models/alias" -> moved ? VERSION : null;
            case "artifacts/list" -> query.contains("path=")
                    ? "{\"files\":[{\"path\":\"model/MLmodel\",\"is_dir\":false,\"file_size\":\"1\"}]}"
                    : "{\"files\":[{\"path\":\"model\",\"is_dir\":true}]}";
            case "model-versions/create", "model-versions/get" -> VERSION;
            case "model-versions/get-download-uri" -> "{\"artifact_uri\":\"mlflow-artifacts:/1/r/artifacts/model\"}";
            default -> "{}";
        };
    }

    /** Returns what went wrong, or null. */
    private static String archive(Path launcher, String server) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("archive");
        Path output = directory.resolve("output.txt");
        Path policy = Files.writeString(
                directory.resolve("policy.yaml"),
                "version: 1\nmodels:\n  m:\n    metrics:\n      accuracy: {min: 0.8}\n    promote: {alias: champion}\n");
        ProcessBuilder builder = new ProcessBuilder(
                "sh", launcher.toString(), "--archive", "check", "--model", "m", "--policy", policy.toString(),
                "--tracking-uri", server, "--run-id", "r", "--json", directory.resolve("report.json").toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("MLFLOW_") || name.toLowerCase().endsWith("_proxy"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        try {
            Process gate = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
            boolean ended = gate.waitFor(2, TimeUnit.MINUTES);
            gate.destroyForcibly();
            return ended && gate.exitValue() == 0 ? null : "the gate did not pass: " + Files.readString(output);
        } catch (IOException e) {
            return e.getMessage();
        } finally {
            try (var files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }
}
