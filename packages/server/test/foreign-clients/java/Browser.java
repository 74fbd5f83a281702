import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Follows an authorization URL as the user's browser does. */
final class Browser {
  private static final Pattern LOCATION = Pattern.compile("\"location\":\"([^\"]*)\"");

  private Browser() {}

  static URI follow(String address) throws Exception {
    String query = URLEncoder.encode(address, StandardCharsets.UTF_8);
    HttpRequest request = HttpRequest.newBuilder(URI.create(env("BROWSER") + "?url=" + query)).build();
    String reply = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    var matcher = LOCATION.matcher(reply);
    require(matcher.find(), "a redirect instead of " + reply);
    return URI.create(matcher.group(1));
  }

  static String env(String name) {
    return System.getenv(name);
  }

  static void require(boolean holds, String what) {
    if (!holds) throw new IllegalStateException("expected " + what);
  }
}
