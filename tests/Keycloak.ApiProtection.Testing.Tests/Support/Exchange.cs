using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>A response of the embedded realm.</summary>
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
        var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new Exchange((int)response.StatusCode, headers, await response.Content.ReadAsStringAsync(cancellation));
    }

    /// <summary>Like <see cref="AssertLike"/>, for captures without the caching headers.</summary>
    public void AssertLikeExceptCaching(string captureName) =>
        (this with
        {
            Headers = Headers
                .Where(header => header.Key is not ("Cache-Control" or "Pragma"))
                .ToDictionary(StringComparer.OrdinalIgnoreCase),
        }).AssertLike(captureName);

    /// <summary>
    /// Asserts that the status, the headers that a capture contains, and the body are the same as Keycloak's, except for ids,
    /// times and the host.
    /// </summary>
    public void AssertLike(string captureName)
    {
        var capture = Capture.Read(captureName);
        Assert.Equal(capture.Status, Status);
        foreach (var name in new[] { "Cache-Control", "Pragma", "Content-Type", "WWW-Authenticate" })
        {
            Assert.Equal($"{name}: {WithoutSpaces(capture.Header(name))}", $"{name}: {WithoutSpaces(Headers.GetValueOrDefault(name))}");
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

    private static string? WithoutSpaces(string? value) => value?.Replace(" ", "", StringComparison.Ordinal);
}
