package io.jenkins.plugins.mlflow.tracking;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From the bytes of MLflow's answer to {@code runs/get} to a run. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RunParsing {
    @Param({"10", "1000", "20000"})
    private int metrics;

    private final ApiRequest request = ApiRequest.get("runs/get", "run 'r'", "run_id", "r");
    private final ErrorMapper refusals = new ErrorMapper(
            ServerAddress.parse("http://mlflow.example.com"), Credentials.none(), Credentials.none(), null);
    private byte[] body;

    @Setup
    public void write() {
        StringBuilder json = new StringBuilder(
                "{\"run\": {\"info\": {\"run_id\": \"r\", \"experiment_id\": \"1\", \"status\": \"FINISHED\","
                        + " \"start_time\": 1700000000000, \"end_time\": 1700000001000, \"lifecycle_stage\": \"active\"}, \"data\": {\"metrics\": [");
        for (int i = 0; i < metrics; i++) {
            json.append(i == 0 ? "" : ", ")
                    .append("{\"key\": \"metric_")
                    .append(i)
                    .append("\", \"value\": ")
                    .append(0.5 + i / 1e6)
                    .append(", \"timestamp\": 1700000000000, \"step\": 0}");
        }
        body = json.append("]}}}").toString().getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    public Run parse() throws TrackingException {
        HttpResult answer = new HttpResult(200, HttpHeaders.of(Map.of(), (name, value) -> true), body);
        return RunQueries.read(
                JsonObject.parse(request, answer, refusals).object("run"));
    }
}
