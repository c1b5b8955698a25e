using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Storefront.Apis;

/// <summary>The response of the API, or of the gateway in front of it, to one request.</summary>
/// <param name="Way">The way that the request took.</param>
/// <param name="Request">Method and path.</param>
/// <param name="Status">The status code; null if there was no response. <paramref name="Body"/> then has the reason.</param>
/// <param name="Challenge">The header <c>WWW-Authenticate</c>; null if there was none.</param>
/// <param name="Body">The body, truncated to the length that a page shows.</param>
/// <param name="Milliseconds">The time until the response.</param>
internal sealed record ApiAnswer(ApiWay Way, string Request, int? Status, string? Challenge, string Body, double Milliseconds)
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gets a value indicating whether the request succeeded.</summary>
    public bool Served => Status is >= 200 and < 300;

    /// <summary>The body with indentation if it is JSON, otherwise unchanged. The page escapes it.</summary>
    public string ReadableBody()
    {
        try
        {
            return JsonNode.Parse(Body)?.ToJsonString(Readable) ?? Body;
        }
        catch (JsonException)
        {
            return Body;
        }
    }
}
