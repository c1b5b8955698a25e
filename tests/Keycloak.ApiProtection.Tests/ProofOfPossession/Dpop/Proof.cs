using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Http;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop;

/// <summary>A proof to build: a good one, with the changes of a test. It is signed when its <see cref="Text"/> is read.</summary>
internal sealed record Proof(ProofClient Client, JsonObject Header, JsonObject Claims)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Replaces the JSON text of the header.</summary>
    public Func<string, string> HeaderText { get; init; } = json => json;

    /// <summary>Replaces the JSON text of the payload.</summary>
    public Func<string, string> ClaimsText { get; init; } = json => json;

    /// <summary>Replaces the signature.</summary>
    public Func<byte[], byte[]>? Signature { get; init; }

    public string Text
    {
        get
        {
            var input = $"{Encode(HeaderText(Header.ToJsonString(Plain)))}.{Encode(ClaimsText(Claims.ToJsonString(Plain)))}";
            var bytes = Encoding.ASCII.GetBytes(input);
            return $"{input}.{Base64Url.EncodeToString(Signature?.Invoke(bytes) ?? Client.Sign((string?)Header["alg"] ?? "ES256", bytes))}";
        }
    }

    public Proof With(string claim, JsonNode? value) => Changed(Header, copy => copy.Claims[claim] = value);

    public Proof Without(string claim) => Changed(Header, copy => copy.Claims.Remove(claim));

    public Proof WithHeader(string name, JsonNode? value) => Changed(Header, copy => copy.Header[name] = value);

    public Proof WithoutHeader(string name) => Changed(Header, copy => copy.Header.Remove(name));

    public Proof WithKey(Action<JsonObject> change) => Changed(Header, copy => change((JsonObject)copy.Header["jwk"]!));

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private Proof Changed(JsonObject header, Action<Proof> change)
    {
        var copy = this with { Header = (JsonObject)header.DeepClone(), Claims = (JsonObject)Claims.DeepClone() };
        change(copy);
        return copy;
    }
}
