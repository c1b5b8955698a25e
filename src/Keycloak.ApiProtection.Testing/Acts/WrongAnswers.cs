using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Endpoints;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Acts;

/// <summary>Turns a correct response into an incorrect one.</summary>
internal sealed class WrongAnswers(Realm realm)
{
    private const int HugeSize = 10 * 1024 * 1024;
    private const string LoginPage =
        "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n";

    private static readonly KeyValuePair<string, string> RetryAfter = new("Retry-After", "1");

    public async Task<Answer> DistortAsync(Answer right, WrongAnswer wrong, RealmEndpoint endpoint) => wrong switch
    {
        WrongAnswer.Html => Answer.Text(200, "text/html;charset=utf-8", LoginPage),
        WrongAnswer.Empty => Answer.Text(200, Answer.JsonType, ""),
        WrongAnswer.BrokenJson =>
            right with { Status = 200, ContentType = Answer.JsonType, Body = Cut(right.Body ?? "{\"a\":1}"u8.ToArray()) },
        WrongAnswer.JsonArray => Answer.Text(200, Answer.JsonType, "[1, 2, 3]"),
        WrongAnswer.Huge => Enlarge(right),
        WrongAnswer.Redirect => new Answer(302, Headers: new KeyValuePair<string, string>("Location", "http://elsewhere.invalid/")),
        WrongAnswer.NotFound => Answer.NoSuchRealm,
        WrongAnswer.TooManyRequests => Answer.Text(429, "text/plain", "Too many requests", RetryAfter),
        WrongAnswer.ServerError => Answer.Error(500, "unknown_error", "For more on this error consult the server log."),
        WrongAnswer.ServiceUnavailable => Answer.Text(503, "text/html", "<html><h1>503 Service Unavailable</h1></html>\n", RetryAfter),
        WrongAnswer.ForeignIssuer when endpoint == RealmEndpoint.Discovery => Change(right, ChangeIssuer),
        WrongAnswer.ForeignAddresses when endpoint == RealmEndpoint.Discovery => Change(right, MoveAddresses),
        WrongAnswer.NoKeys when endpoint == RealmEndpoint.Jwks => Change(right, document => document["keys"] = new JsonArray()),
        WrongAnswer.OnlyEncryptionKeys when endpoint == RealmEndpoint.Jwks => Change(right, KeepEncryptionKeys),
        WrongAnswer.ForeignKeys when endpoint == RealmEndpoint.Jwks => await UseForeignKeysAsync(right).ConfigureAwait(false),
        _ => right,
    };

    private static byte[] Cut(byte[] body) => body[..(body.Length / 2)];

    private static Answer Change(Answer right, Action<JsonObject> change)
    {
        var document = JsonNode.Parse(right.Body)!.AsObject();
        change(document);
        return right with { Body = CompactJws.Write(document) };
    }

    private static Answer Enlarge(Answer right)
    {
        var padding = new string('x', HugeSize);
        return right.Body is { Length: > 0 } && JsonNode.Parse(right.Body) is JsonObject
            ? Change(right, document => document["padding"] = padding)
            : Answer.Json(200, new JsonObject { ["padding"] = padding });
    }

    private static void MoveAddresses(JsonObject document)
    {
        var issuer = document["issuer"]!.GetValue<string>();
        foreach (var (name, value) in document.ToList())
        {
            if (name != "issuer"
                && value is JsonValue address
                && address.TryGetValue<string>(out var text)
                && text.StartsWith(issuer, StringComparison.Ordinal))
            {
                document[name] = "https://elsewhere.invalid" + text[issuer.Length..];
            }
        }
    }

    private static void KeepEncryptionKeys(JsonObject document)
    {
        var kept = document["keys"]!.AsArray().Where(key => key?["use"]?.GetValue<string>() == "enc");
        document["keys"] = new JsonArray([.. kept.Select(key => key!.DeepClone())]);
    }

    private void ChangeIssuer(JsonObject document) => document["issuer"] = "https://elsewhere.example/realms/" + realm.Export.Name;

    private async Task<Answer> UseForeignKeysAsync(Answer right)
    {
        var foreign = (await realm.ForeignKeys.ToJwksAsync().ConfigureAwait(false))["keys"]!.AsArray();
        return Change(right, document =>
        {
            foreach (var key in document["keys"]!.AsArray().OfType<JsonObject>().Where(key => key["kty"]?.GetValue<string>() == "RSA"))
            {
                var other = foreign.First(candidate => candidate?["kty"]?.GetValue<string>() == "RSA")!;
                key["n"] = other["n"]!.DeepClone();
                key["e"] = other["e"]!.DeepClone();
                key.Remove("x5c");
                key.Remove("x5t");
                key.Remove("x5t#S256");
            }
        });
    }
}
