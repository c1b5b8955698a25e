using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Tokens;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>The response of an endpoint, before faults are applied.</summary>
internal sealed record Answer(
    int Status, string? ContentType = null, byte[]? Body = null, params IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    public const string JsonType = "application/json";

    /// <summary>RFC 6749 section 5.1: responses that contain tokens must not be stored.</summary>
    public static readonly IReadOnlyList<KeyValuePair<string, string>> NoStore =
        [new("Cache-Control", "no-store"), new("Pragma", "no-cache")];

    public static readonly IReadOnlyList<KeyValuePair<string, string>> NoCache = [new("Cache-Control", "no-cache")];

    public static Answer NotFound { get; } = Json(404, new JsonObject { ["error"] = "HTTP 404 Not Found" });

    public static Answer MethodNotAllowed { get; } = Json(405, new JsonObject { ["error"] = "HTTP 405 Method Not Allowed" });

    public static Answer NoSuchRealm { get; } = Json(404, new JsonObject { ["error"] = "Realm does not exist" });

    public static Answer NoSuchResource { get; } =
        Json(404, new JsonObject { ["error"] = "Unable to find matching target resource method" });

    public static Answer NotNormalized { get; } = Error(400, "missingNormalization", "Request path not normalized") with
    {
        ContentType = "application/json; charset=UTF-8",
    };

    public static Answer Json(int status, JsonObject body, params IReadOnlyList<KeyValuePair<string, string>> headers) =>
        new(status, JsonType, CompactJws.Write(body), headers);

    public static Answer Text(int status, string contentType, string body, params IReadOnlyList<KeyValuePair<string, string>> headers) =>
        new(status, contentType, Encoding.UTF8.GetBytes(body), headers);

    public static Answer Error(int status, string error, string description, params IReadOnlyList<KeyValuePair<string, string>> headers) =>
        Json(status, new JsonObject { ["error"] = error, ["error_description"] = description }, headers);

    public async Task WriteToAsync(HttpResponse response, CancellationToken cancellation)
    {
        response.StatusCode = Status;
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        if (ContentType is not null)
        {
            response.ContentType = ContentType;
        }

        if (Body is not null && Status is not (204 or 304))
        {
            response.ContentLength = Body.Length;
            if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
            {
                await response.Body.WriteAsync(Body, cancellation).ConfigureAwait(false);
            }
        }
    }
}
