package io.jenkins.plugins.mlflow.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Trust in the certificates of a PEM file, and, as with MLflow's own clients, in no others. */
final class ServerCertificates {
    private ServerCertificates() {}

    /** @throws IllegalArgumentException naming the variable and the file, and what is wrong with it */
    static SSLContext trust(Path directory, String file) {
        try {
            KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
            anchors.load(null, null);
            for (Certificate certificate : certificates(directory.resolve(file))) {
                anchors.setCertificateEntry(String.valueOf(anchors.size()), certificate);
            }
            if (anchors.size() == 0) {
                throw new CertificateException("it holds none");
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(anchors);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw unusable(file, "which cannot be read (" + e.getClass().getSimpleName() + ")");
        } catch (CertificateException e) {
            throw unusable(file, "which is not a file of certificates in PEM");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java cannot set up trust in certificates: " + e.getMessage(), e);
        }
    }

    private static Collection<? extends Certificate> certificates(Path file) throws IOException, CertificateException {
        byte[] pem = Files.readAllBytes(file);
        return CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    }

    private static IllegalArgumentException unusable(String file, String why) {
        return new IllegalArgumentException("the variable " + Variables.SERVER_CERTIFICATES + " names `" + file + "`, "
                + why + "; name the PEM file of the server's certificate authority");
    }
}
