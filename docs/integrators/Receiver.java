import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.Executors;
import java.util.regex.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** 60 行的收件端：验签、按幂等键立案一次。运行：java Receiver.java 8700 whsec_… */
public class Receiver {
    static byte[] secret;
    static final Path FOLDER = Path.of("cases");

    public static void main(String[] args) throws Exception {
        secret = Base64.getDecoder().decode(args[1].replaceFirst("^whsec_", ""));
        Files.createDirectories(FOLDER);
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0);
        server.createContext("/", Receiver::handle);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.start();
    }

    static void handle(HttpExchange call) throws IOException {
        if (!call.getRequestMethod().equals("POST")) { answer(call, 200, "{\"message\":\"online\"}"); return; }
        byte[] body = call.getRequestBody().readAllBytes();
        if (!genuine(call, body)) { answer(call, 401, "{\"message\":\"bad signature\"}"); return; }
        String text = new String(body, StandardCharsets.UTF_8);
        String key = field(text, "key"), number = "BM-" + field(text, "referral");
        int status = 200;
        try {                                     // 先存盘，再答复；同一幂等键只存一次
            Files.write(FOLDER.resolve(key.replaceAll("[^0-9A-Za-z.-]", "_") + ".json"), body, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException again) { status = 409; }
        answer(call, status, "{\"number\":\"" + number + "\"}");
    }

    static boolean genuine(HttpExchange call, byte[] body) {
        String id = header(call, "webhook-id"), stamp = header(call, "webhook-timestamp");
        if (!stamp.matches("[0-9]{1,12}") || Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(stamp)) > 300) return false;
        byte[] expected = ("v1," + Base64.getEncoder().encodeToString(hmac(id + "." + stamp + ".", body))).getBytes(StandardCharsets.UTF_8);
        boolean found = false;
        for (String seal : header(call, "webhook-signature").split(" "))
            found |= MessageDigest.isEqual(expected, seal.getBytes(StandardCharsets.UTF_8));
        return found;
    }

    static byte[] hmac(String head, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update(head.getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (java.security.GeneralSecurityException error) { throw new IllegalStateException(error); }
    }

    static String field(String json, String name) {   // 顶层的 key 和 referral 只含字母、数字、点和连字符
        Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([0-9A-Za-z.-]+)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    static String header(HttpExchange call, String name) {
        String value = call.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    static void answer(HttpExchange call, int status, String json) throws IOException {
        byte[] raw = json.getBytes(StandardCharsets.UTF_8);
        call.getResponseHeaders().set("content-type", "application/json");
        call.sendResponseHeaders(status, raw.length);
        call.getResponseBody().write(raw);
        call.close();
    }
}
