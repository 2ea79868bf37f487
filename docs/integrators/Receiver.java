import com.sun.net.httpserver.*;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.*;
import java.util.Base64;
import java.util.concurrent.Executors;
import java.util.regex.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** 60 余行的收件端：验签、按幂等键立案一次。运行：java Receiver.java 8700 whsec_… */
public class Receiver {
    static byte[] secret;

    public static void main(String[] args) throws Exception {
        secret = Base64.getDecoder().decode(args[1].replaceFirst("^whsec_", ""));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0);
        server.createContext("/", Receiver::handle);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.start();
    }

    static void handle(HttpExchange call) throws IOException {
        byte[] body = call.getRequestBody().readAllBytes();
        int status = call.getRequestMethod().equals("POST") ? (genuine(call, body) ? 200 : 401) : 204;
        String text = new String(body, StandardCharsets.UTF_8);
        if (status == 200) {
            try {                                  // 先存盘再答复；同一幂等键只存一次
                Files.createDirectories(Path.of("cases"));
                Files.write(Path.of("cases", field(text, "key") + ".json"), body, StandardOpenOption.CREATE_NEW);
            } catch (FileAlreadyExistsException again) { status = 409; }
        }
        byte[] raw = ("{\"number\":\"BM-" + field(text, "referral") + "\"}").getBytes(StandardCharsets.UTF_8);
        call.getResponseHeaders().set("content-type", "application/json");
        call.sendResponseHeaders(status, status == 204 || status == 401 ? -1 : raw.length);
        if (status != 204 && status != 401) call.getResponseBody().write(raw);
        call.close();
    }

    static boolean genuine(HttpExchange call, byte[] body) {
        String id = header(call, "webhook-id"), stamp = header(call, "webhook-timestamp");
        if (!stamp.matches("[0-9]{1,12}") || Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(stamp)) > 300) return false;
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update((id + "." + stamp + ".").getBytes(StandardCharsets.UTF_8));
            byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
            for (String seal : header(call, "webhook-signature").split(" "))
                if (MessageDigest.isEqual(expected, seal.getBytes(StandardCharsets.UTF_8))) return true;
            return false;
        } catch (GeneralSecurityException error) { throw new IllegalStateException(error); }
    }

    static String field(String json, String name) {  // key 与 referral 只含字母、数字、点和连字符
        Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([0-9A-Za-z.-]+)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    static String header(HttpExchange call, String name) {
        String value = call.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }
}
