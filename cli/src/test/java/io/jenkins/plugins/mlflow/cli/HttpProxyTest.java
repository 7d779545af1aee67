package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which proxy variables name, compared with what Python's requests makes of them. */
class HttpProxyTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "https://ml; ; none",
                "https://ml; HTTP_PROXY=http://p:1; none",
                "https://ml; HTTPS_PROXY=http://p:1; p:1",
                "https://ml; HTTPS_PROXY=http://p:1 https_proxy=http://q:2; q:2",
                "https://ml; HTTPS_PROXY=http://p:1 https_proxy=; none",
                "https://ml; HTTPS_PROXY=p; p:80",
                "https://ml; HTTPS_PROXY=http://p/; p:80",
                "https://ml; HTTPS_PROXY=http://[::1]:3128; ::1:3128",
                "https://ml; ALL_PROXY=http://p:1; p:1",
                "https://ml; ALL_PROXY=http://p:1 HTTPS_PROXY=http://q:2; q:2",
                "http://ml; HTTPS_PROXY=http://p:1; none",
                "http://ml; HTTP_PROXY=http://p:1; p:1",
                "http://ml; HTTP_PROXY=http://p:1 NO_PROXY=*; direct",
                "http://ml; HTTP_PROXY=http://p:1 NO_PROXY=other,ml; direct",
                "http://ml; HTTP_PROXY=http://p:1 no_proxy=other; p:1",
                "http://ml; HTTP_PROXY=http://p:1 no_proxy=other NO_PROXY=ml; p:1",
                "http://ml.corp.example; HTTP_PROXY=http://p:1 NO_PROXY=corp.example; direct",
                "http://ml.corp.example; HTTP_PROXY=http://p:1 NO_PROXY=.CORP.example; direct",
                "http://mlcorp.example; HTTP_PROXY=http://p:1 NO_PROXY=corp.example; p:1",
                "http://ml:5000; HTTP_PROXY=http://p:1 NO_PROXY=ml:5000; direct",
                "http://ml:5000; HTTP_PROXY=http://p:1 NO_PROXY=ml; direct",
                "http://ml:5000; HTTP_PROXY=http://p:1 NO_PROXY=ml:80; p:1",
                "http://10.1.2.3; HTTP_PROXY=http://p:1 NO_PROXY=10.0.0.0/8; direct",
                "http://11.1.2.3; HTTP_PROXY=http://p:1 NO_PROXY=10.0.0.0/8,11.1.2.4; p:1",
                "http://11.1.2.3; HTTP_PROXY=http://p:1 NO_PROXY=11.1.2.3; direct",
                "http://10.1.2.3; HTTP_PROXY=http://p:1 NO_PROXY=10.0.0.0/99,10.0.0.0/x; p:1",
                "http://[::1]:5000; HTTP_PROXY=http://p:1 NO_PROXY=::1; direct",
            })
    void variablesAreReadAsRequestsDoes(String server, String variables, String expected) {
        Map<String, String> environment = new HashMap<>();
        for (String pair : variables == null ? new String[0] : variables.split(" ")) {
            String[] parts = pair.split("=", 2);
            environment.put(parts[0], parts[1]);
        }
        HttpProxy proxy = HttpProxy.of(URI.create(server), new Variables(environment));
        assertEquals(expected, proxy == null ? "none" : proxy.toString());
    }
}
