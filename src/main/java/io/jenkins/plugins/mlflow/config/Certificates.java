package io.jenkins.plugins.mlflow.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The certificates of private authorities in PEM, and the trust that is made of them and the JDK's own. They add to what
 * the JDK trusts; the certificate's host name is checked all the same.
 */
final class Certificates {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s]*-----END CERTIFICATE-----");

    private Certificates() {}

    /**
     * All certificates of the text; what stands between them, such as the names that tools print, does not count.
     *
     * @throws IllegalArgumentException saying which one cannot be read; no part of the text is repeated
     */
    static List<X509Certificate> parse(String pem) {
        if (pem.contains("PRIVATE KEY")) {
            throw new IllegalArgumentException(
                    "The CA certificates hold a private key, which does not belong there. Give the certificates only.");
        }
        List<X509Certificate> certificates = new ArrayList<>();
        Matcher block = BLOCK.matcher(pem);
        while (block.find()) {
            certificates.add(certificate(block.group(), certificates.size() + 1));
        }
        if (certificates.isEmpty() || BLOCK.matcher(pem).replaceAll("").contains("-----")) {
            throw new IllegalArgumentException(
                    "After " + certificates.size() + " readable certificates, the CA certificates"
                            + " hold no whole PEM block. Each one is base64 text between -----BEGIN CERTIFICATE----- and"
                            + " -----END CERTIFICATE-----.");
        }
        return certificates;
    }

    private static X509Certificate certificate(String block, int number) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.getBytes(StandardCharsets.US_ASCII)));
        } catch (CertificateException e) {
            throw new IllegalArgumentException("Certificate " + number
                    + " of the CA certificates cannot be read: its content is damaged or cut off.");
        }
    }

    /** Trust in the JDK's authorities and these. */
    static SSLContext trust(String pem) {
        try {
            KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
            anchors.load(null, null);
            int number = 0;
            for (X509Certificate certificate : ofTheJdk()) {
                anchors.setCertificateEntry("jdk-" + number++, certificate);
            }
            for (X509Certificate certificate : parse(pem)) {
                anchors.setCertificateEntry("own-" + number++, certificate);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trustManagers(anchors), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("This JDK cannot set up trust in CA certificates: " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> ofTheJdk() throws GeneralSecurityException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (TrustManager manager : trustManagers(null)) {
            if (manager instanceof X509TrustManager x509) {
                certificates.addAll(List.of(x509.getAcceptedIssuers()));
            }
        }
        return certificates;
    }

    private static TrustManager[] trustManagers(KeyStore anchors) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors);
        return factory.getTrustManagers();
    }
}
