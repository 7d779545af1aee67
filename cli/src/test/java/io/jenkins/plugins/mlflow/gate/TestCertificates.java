package io.jenkins.plugins.mlflow.gate;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates made with the JDK's keytool, once per JVM: two that a private authority vouches for, and a stranger's. */
final class TestCertificates {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final KeyStore LOCALHOST = made("localhost");
    private static final KeyStore ANOTHER_HOST = made("another.example");

    /** A server that clients with {@link #TRUST} accept. */
    static final SSLContext TRUSTED = context(LOCALHOST, null);
    /** A server that they do not accept, because its name is another one. */
    static final SSLContext ANOTHER_HOSTS = context(ANOTHER_HOST, null);
    /** A server that nobody vouches for. */
    static final SSLContext STRANGERS = context(made("localhost"), null);
    /** A client. */
    static final SSLContext TRUST = context(null, anchors());

    private TestCertificates() {}

    private static KeyStore anchors() {
        try {
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            anchors.setCertificateEntry("localhost", LOCALHOST.getCertificate("key"));
            anchors.setCertificateEntry("another host", ANOTHER_HOST.getCertificate("key"));
            return anchors;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(KeyStore keys, KeyStore anchors) {
        try {
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, PASSWORD);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(anchors);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys == null ? null : own.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore made(String host) {
        try {
            Path folder = Files.createTempDirectory("certificate-");
            File file = folder.resolve("keys.p12").toFile();
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            "key",
                            "-keyalg",
                            "EC",
                            "-dname",
                            "CN=" + host,
                            "-ext",
                            "san=dns:" + host,
                            "-storetype",
                            "PKCS12",
                            "-storepass",
                            new String(PASSWORD),
                            "-keystore",
                            file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("keytool made no certificate");
            }
            KeyStore keys = KeyStore.getInstance(file, PASSWORD);
            Files.delete(file.toPath());
            Files.delete(folder);
            return keys;
        } catch (IOException | GeneralSecurityException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
