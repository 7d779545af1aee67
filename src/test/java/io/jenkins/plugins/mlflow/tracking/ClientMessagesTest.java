package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mlflow.api.proto.ModelRegistry;
import org.mlflow.api.proto.Service;
import org.mlflow_project.google.protobuf.Message;
import org.mlflow_project.google.protobuf.util.JsonFormat;

/** What is sent and read is what MLflow's own client sends and reads: its messages are the contract. */
@Timeout(30)
class ClientMessagesTest {
    private static final double[] VALUES = {
        0.934, -0.0, 1e-320, Double.MAX_VALUE, Double.NaN, Double.NEGATIVE_INFINITY, 3, 0.1 + 0.2
    };

    private interface Call {
        void of(RestTrackingServer server) throws TrackingException, InterruptedException;
    }

    private static <T> T read(Message response, ThrowingFunction<T> reading) throws Exception {
        String json = JsonFormat.printer().preservingProtoFieldNames().print(response);
        try (StubServer stub = StubServer.answering(200, json)) {
            return reading.of(stub.server());
        }
    }

    private interface ThrowingFunction<T> {
        T of(RestTrackingServer server) throws TrackingException, InterruptedException;
    }

    @RepeatedTest(40)
    void aRunIsReadAsTheClientReadsIt(RepetitionInfo repetition) throws Exception {
        Random random = new Random(repetition.getCurrentRepetition());
        Service.RunStatus status = Service.RunStatus.values()[random.nextInt(Service.RunStatus.values().length)];
        Service.RunInfo.Builder info = Service.RunInfo.newBuilder()
                .setRunId("r \"1\" ü")
                .setExperimentId("3")
                .setStatus(status)
                .setStartTime(random.nextLong() >>> 20)
                .setLifecycleStage(random.nextBoolean() ? "active" : "deleted");
        if (random.nextBoolean()) {
            info.setEndTime(random.nextLong() >>> 20);
        }
        Service.RunData.Builder data = Service.RunData.newBuilder()
                .addTags(Service.RunTag.newBuilder().setKey("mlflow.user").setValue("ann\n\u2028"))
                .addTags(
                        Service.RunTag.newBuilder().setKey("mlflow.parentRunId").setValue("p"));
        IntStream.range(0, random.nextInt(9))
                .forEach(i -> data.addMetrics(Service.Metric.newBuilder()
                        .setKey("metric/" + i)
                        .setValue(random.nextBoolean() ? random.nextGaussian() : VALUES[i % VALUES.length])
                        .setTimestamp(random.nextLong() >>> 20)
                        .setStep(random.nextLong())));
        Service.Run message = Service.Run.newBuilder()
                .setInfo(info)
                .setData(data)
                .setInputs(Service.RunInputs.newBuilder()
                        .addDatasetInputs(Service.DatasetInput.newBuilder()
                                .setDataset(Service.Dataset.newBuilder()
                                        .setName("d")
                                        .setDigest("5f"))))
                .build();

        Run run = read(
                Service.GetRun.Response.newBuilder().setRun(message).build(),
                server -> server.run(message.getInfo().getRunId()));

        assertEquals(message.getInfo().getExperimentId(), run.experimentId());
        assertEquals(message.getInfo().getStatus().name(), run.status().name());
        assertEquals(message.getInfo().getStartTime(), run.startTime().toEpochMilli());
        assertEquals(
                message.getInfo().getEndTime(),
                run.endTime() == null ? 0 : run.endTime().toEpochMilli());
        assertEquals(message.getInfo().getLifecycleStage().equals("deleted"), run.deleted());
        assertEquals("ann\n\u2028", run.user());
        assertTrue(run.isChild());
        assertEquals(Set.of("5f"), run.datasetDigests());
        assertEquals(
                message.getData().getMetricsList().stream()
                        .collect(Collectors.toMap(
                                Service.Metric::getKey,
                                metric -> new Run.Metric(metric.getValue(), metric.getTimestamp(), metric.getStep()))),
                run.metrics());
    }

    @RepeatedTest(10)
    void aVersionIsReadAsTheClientReadsIt(RepetitionInfo repetition) throws Exception {
        Random random = new Random(repetition.getCurrentRepetition());
        ModelRegistry.ModelVersionStatus[] all = ModelRegistry.ModelVersionStatus.values();
        ModelRegistry.ModelVersion message = ModelRegistry.ModelVersion.newBuilder()
                .setName("churn")
                .setVersion(String.valueOf(random.nextInt(1000)))
                .setRunId(random.nextBoolean() ? "r" : "")
                .setCurrentStage("Staging")
                .setSource("runs:/r/model")
                .setStatus(all[random.nextInt(all.length)])
                .setCreationTimestamp(random.nextLong() >>> 20)
                .addTags(ModelRegistry.ModelVersionTag.newBuilder().setKey("a").setValue(""))
                .addTags(ModelRegistry.ModelVersionTag.newBuilder().setKey("b").setValue("2"))
                .build();

        ModelVersion version = read(
                ModelRegistry.GetModelVersion.Response.newBuilder()
                        .setModelVersion(message)
                        .build(),
                server -> server.version("churn", message.getVersion()));

        assertEquals(
                new ModelVersion(
                        message.getName(),
                        message.getVersion(),
                        message.getRunId().isEmpty() ? null : message.getRunId(),
                        message.getCurrentStage(),
                        ModelVersion.Status.valueOf(message.getStatus().name()),
                        message.getSource(),
                        Map.of("a", "", "b", "2"),
                        java.time.Instant.ofEpochMilli(message.getCreationTimestamp())),
                version);
    }

    /** The body that a call sends, read as the client's message, in which no field may be unknown. */
    private static <B extends Message.Builder> B sent(String response, B builder, Call call) throws Exception {
        try (StubServer stub = StubServer.answering(200, response)) {
            call.of(stub.server());
            JsonFormat.parser().merge(stub.request().body(), builder);
            return builder;
        }
    }

    @Test
    void writesAreTheClientsMessages() throws Exception {
        String version =
                "{\"model_version\":{\"name\":\"m\",\"version\":\"7\",\"run_id\":\"r\",\"current_stage\":\"Staging\"}}";
        assertEquals(
                ModelRegistry.CreateModelVersion.newBuilder()
                        .setName("m")
                        .setSource("runs:/r/model")
                        .setRunId("r")
                        .build(),
                sent(
                                version,
                                ModelRegistry.CreateModelVersion.newBuilder(),
                                server -> server.createVersion("m", "runs:/r/model", "r"))
                        .build());
        assertEquals(
                ModelRegistry.SetRegisteredModelAlias.newBuilder()
                        .setName("m")
                        .setAlias("champion")
                        .setVersion("7")
                        .build(),
                sent(
                                "{}",
                                ModelRegistry.SetRegisteredModelAlias.newBuilder(),
                                server -> server.setAlias("m", "champion", "7"))
                        .build());
        assertEquals(
                ModelRegistry.TransitionModelVersionStage.newBuilder()
                        .setName("m")
                        .setVersion("7")
                        .setStage("Staging")
                        .setArchiveExistingVersions(false)
                        .build(),
                sent(
                                version,
                                ModelRegistry.TransitionModelVersionStage.newBuilder(),
                                server -> server.transitionStage("m", "7", "Staging", false))
                        .build());
        assertEquals(
                ModelRegistry.SetModelVersionTag.newBuilder()
                        .setName("m")
                        .setVersion("7")
                        .setKey("a")
                        .setValue("\"ü\"\n")
                        .build(),
                sent(
                                "{}",
                                ModelRegistry.SetModelVersionTag.newBuilder(),
                                server -> server.setVersionTags("m", "7", Map.of("a", "\"ü\"\n")))
                        .build());
    }

    @Test
    void searchesAreTheClientsMessages() throws Exception {
        Function<Service.ViewType, Service.SearchRuns.Builder> search =
                view -> Service.SearchRuns.newBuilder().addExperimentIds("3").setRunViewType(view);
        assertEquals(
                search.apply(Service.ViewType.ACTIVE_ONLY)
                        .setFilter("tags.a = 'b'")
                        .setMaxResults(5)
                        .addOrderBy("metrics.`acc` DESC")
                        .addOrderBy("attributes.start_time DESC")
                        .build(),
                sent(
                                "{}",
                                Service.SearchRuns.newBuilder(),
                                server -> server.firstRun(new RunSearch("3", "tags.a = 'b'", "acc", true, null)))
                        .build());
        assertEquals(
                search.apply(Service.ViewType.ACTIVE_ONLY)
                        .setMaxResults(9)
                        .addOrderBy("attributes.start_time DESC")
                        .setPageToken("t")
                        .build(),
                sent("{}", Service.SearchRuns.newBuilder(), server -> server.runs("3", null, 9, "t"))
                        .build());
        assertEquals(
                search.apply(Service.ViewType.ALL)
                        .setMaxResults(1)
                        .setFilter("attributes.run_id IN ('r')")
                        .build(),
                sent("{}", Service.SearchRuns.newBuilder(), server -> server.runsById("3", List.of("r")))
                        .build());
        assertEquals(
                ModelRegistry.GetLatestVersions.newBuilder()
                        .setName("m")
                        .addStages("Production")
                        .build(),
                sent(
                                "{}",
                                ModelRegistry.GetLatestVersions.newBuilder(),
                                server -> server.versionInStage("m", "Production"))
                        .build());
    }
}
