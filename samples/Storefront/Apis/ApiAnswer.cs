using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Storefront.Apis;

/// <summary>What the API, or the gateway before it, said to one request.</summary>
/// <param name="Way">The way that the request took.</param>
/// <param name="Request">Method and path.</param>
/// <param name="Status">The status; null when there was no answer, and then <paramref name="Body"/> says why.</param>
/// <param name="Challenge">The header <c>WWW-Authenticate</c>; null when there was none.</param>
/// <param name="Body">The body, as far as a page shows it.</param>
/// <param name="Milliseconds">How long the answer took.</param>
internal sealed record ApiAnswer(ApiWay Way, string Request, int? Status, string? Challenge, string Body, double Milliseconds)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gets a value indicating whether the request was served.</summary>
    public bool Served => Status is >= 200 and < 300;

    /// <summary>The body in lines where it is JSON, and as it came where it is not. The page escapes it.</summary>
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
