package io.jenkins.plugins.mlflow;

import com.sun.net.httpserver.HttpsConfigurator;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A private certificate authority and a server of it on the loopback address, made with the JDK's keytool. */
public final class TestAuthority {
    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final String pem;
    private final HttpsConfigurator https;

    public TestAuthority(Path folder) throws Exception {
        this.folder = folder;
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=Test Authority", "-ext", "bc:c", "-validity", "2");
        keytool("-genkeypair", "-alias", "server", "-dname", "CN=localhost", "-validity", "2");
        keytool("-certreq", "-alias", "server", "-file", file("server.csr"));
        keytool(
                "-gencert",
                "-alias",
                "ca",
                "-infile",
                file("server.csr"),
                "-outfile",
                file("server.crt"),
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-validity",
                "2");
        keytool("-importcert", "-alias", "server", "-file", file("server.crt"), "-noprompt");
        KeyStore keys = KeyStore.getInstance(new File(file("keys.p12")), PASSWORD.toCharArray());
        pem = pem(keys.getCertificate("ca").getEncoded());
        keys.deleteEntry("ca");
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        https = new HttpsConfigurator(context);
    }

    public String pem() {
        return pem;
    }

    public HttpsConfigurator https() {
        return https;
    }

    /** What its server's sockets are made with. */
    public SSLContext context() {
        return https.getSSLContext();
    }

    public static String pem(byte[] der) {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END CERTIFICATE-----\n";
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = Stream.concat(
                        Stream.of(Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString()),
                        Stream.concat(
                                Stream.of(arguments), Stream.of("-keystore", file("keys.p12"), "-storepass", PASSWORD)))
                .toList();
        boolean pair = arguments[0].equals("-genkeypair");
        Process process = new ProcessBuilder(
                        pair
                                ? Stream.concat(command.stream(), Stream.of("-keyalg", "EC"))
                                        .toList()
                                : command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(Files.readString(folder.resolve("keytool.log")));
        }
    }
}
