using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>An answer of the embedded realm.</summary>
internal sealed record Exchange(int Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    public string AccessToken => (string)Json["access_token"]!;

    public string RefreshToken => (string)Json["refresh_token"]!;

    public string IdToken => (string)Json["id_token"]!;

    public string? Error => (string?)Json["error"];

    public string? Description => (string?)Json["error_description"];

    public bool IsActive => (bool)Json["active"]!;

    public static async Task<Exchange> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Exchange((int)response.StatusCode, headers, await response.Content.ReadAsStringAsync(cancellation));
    }

    /// <summary>As <see cref="AssertLike"/>, where the capture did not keep the headers about caching.</summary>
    public void AssertLikeExceptCaching(string captureName) =>
        (this with { Headers = Headers.Where(header => header.Key is not ("Cache-Control" or "Pragma")).ToDictionary(StringComparer.OrdinalIgnoreCase) }).AssertLike(captureName);

    /// <summary>Status, the headers that a capture keeps, and the body, all but ids, times and host, are as Keycloak's.</summary>
    public void AssertLike(string captureName)
    {
        var capture = Capture.Read(captureName);
        Assert.Equal(capture.Status, Status);
        foreach (var name in new[] { "Cache-Control", "Pragma", "Content-Type", "WWW-Authenticate" })
        {
            Assert.Equal($"{name}: {capture.Header(name)?.Replace(" ", "", StringComparison.Ordinal)}", $"{name}: {Headers.GetValueOrDefault(name)?.Replace(" ", "", StringComparison.Ordinal)}");
        }

        if (capture.Body is JsonObject body)
        {
            Assert.Equal(Normal.Of(body), Normal.Of(Json));
        }
        else
        {
            Assert.Equal("", Text);
        }
    }
}
