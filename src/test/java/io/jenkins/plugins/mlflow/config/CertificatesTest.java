package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.TestAuthority;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
    private static String pem;

    @BeforeAll
    static void make(@TempDir Path folder) throws Exception {
        pem = new TestAuthority(folder).pem();
    }

    @Test
    void severalCertificatesAreReadWhateverStandsBetweenThem() {
        assertEquals(
                2,
                Certificates.parse("subject=CN=one\n" + pem + "\n# two\n" + pem.replace("\n", "\r\n"))
                        .size());
    }

    @Test
    void textWithoutACertificateIsRefused() {
        assertTrue(refused("hello").contains("-----BEGIN CERTIFICATE-----"));
    }

    @Test
    void aCertificateThatIsCutOffIsRefused() {
        refused("-----BEGIN CERTIFICATE-----\n");
        refused(pem.substring(0, pem.length() / 2));
        refused(pem + pem.substring(0, pem.length() / 2));
        refused(pem.replace("-----END", "-----EN"));
    }

    @Test
    void damagedContentIsRefusedWithItsNumberAndIsNotRepeated() {
        String damaged = "-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----\n";

        String message = refused(pem + damaged);

        assertTrue(message.contains("Certificate 2"), message);
        assertFalse(message.contains("Y2FuYXJ5"), message);
    }

    @Test
    void aPrivateKeyIsRefusedAndNotRepeated() {
        String message = refused(pem + "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");

        assertTrue(message.contains("private key"), message);
        assertFalse(message.contains("c2VjcmV0"), message);
    }

    private static String refused(String text) {
        return assertThrows(IllegalArgumentException.class, () -> Certificates.parse(text))
                .getMessage();
    }
}
