using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>
/// A token whose bytes the test chooses: the content that Keycloak writes, with the changes of a test. It is signed when its
/// <see cref="Text"/> is read.
/// </summary>
/// <remarks>
/// The token builder of the testing package writes valid JSON, and its tokens are signed with keys of its realm. This type also writes
/// members that occur twice, numbers and escapes that a JSON writer would normalize, and bytes that are not text. It signs with any key.
/// </remarks>
internal sealed record SignedToken
{
    private ImmutableList<Member> _header = [];
    private ImmutableList<Member> _payload = [];
    private byte[]? _wholeHeader;
    private byte[]? _wholePayload;
    private Func<byte[], byte[]> _sign = _ => [0];

    private SignedToken()
    {
    }

    public string SigningInput => $"{Base64Url.EncodeToString(HeaderBytes)}.{Base64Url.EncodeToString(PayloadBytes)}";

    public byte[] HeaderBytes => _wholeHeader ?? Json(_header);

    public byte[] PayloadBytes => _wholePayload ?? Json(_payload);

    public byte[] Signature => _sign(Encoding.ASCII.GetBytes(SigningInput));

    public string Text => $"{SigningInput}.{Base64Url.EncodeToString(Signature)}";

    /// <summary>A valid token, issued one minute ago and valid for four more minutes, signed with RS256.</summary>
    public static SignedToken Of(string payload, string issuer, DateTimeOffset now, TestKey key) =>
        Of(payload, issuer, now).SignedWith(key, "RS256");

    /// <summary>The token that the other overload returns, without a key and a signature.</summary>
    public static SignedToken Of(string payload, string issuer, DateTimeOffset now)
    {
        // Keycloak writes the header with these spaces.
        var token = new SignedToken
        {
            _header = [new("alg", "\"RS256\""), new("typ", "\"JWT\"", " : "), new("kid", "\"\"", " : ")],
            _payload = Members(payload),
        };

        return token.With("iss", Quoted(issuer)).WithDate("iat", now.AddSeconds(-60)).WithDate("exp", now.AddSeconds(240));
    }

    /// <summary>Sets a claim to JSON text. A claim that already exists keeps its position.</summary>
    public SignedToken With(string claim, string json) => this with { _payload = Set(_payload, claim, json) };

    public SignedToken WithText(string claim, string text) => With(claim, Quoted(text));

    public SignedToken WithDate(string claim, DateTimeOffset date) => With(claim, $"{date.ToUnixTimeSeconds()}");

    public SignedToken Without(params string[] claims) =>
        this with { _payload = _payload.RemoveAll(member => claims.Contains(member.Name)) };

    /// <summary>Adds a member as raw JSON, including its name in quotes.</summary>
    public SignedToken And(string member) => this with { _payload = _payload.Add(new("", member)) };

    public SignedToken WithPayload(string json) => WithPayload(Encoding.UTF8.GetBytes(json));

    public SignedToken WithPayload(byte[] bytes) => this with { _wholePayload = bytes };

    public SignedToken WithHeader(string name, string json) => this with { _header = Set(_header, name, json) };

    public SignedToken WithoutHeader(string name) => this with { _header = _header.RemoveAll(member => member.Name == name) };

    public SignedToken AndHeader(string member) => this with { _header = _header.Add(new("", member)) };

    public SignedToken WithHeader(string json) => WithHeader(Encoding.UTF8.GetBytes(json));

    public SignedToken WithHeader(byte[] bytes) => this with { _wholeHeader = bytes };

    public SignedToken SignedBy(TestKey key, string algorithm = "RS256")
    {
        Assert.True(SigningAlgorithm.TryGet(algorithm, out var known));

        return Signed(input => key.Sign(known, input));
    }

    /// <summary>Sets the header for the key and the algorithm, and signs with them.</summary>
    public SignedToken SignedWith(TestKey key, string algorithm) =>
        WithHeader("alg", Quoted(algorithm)).WithHeader("kid", Quoted(key.Id)).SignedBy(key, algorithm);

    public SignedToken SignedWith(string algorithm, string keyId, Func<byte[], byte[]> sign) =>
        WithHeader("alg", Quoted(algorithm)).WithHeader("kid", Quoted(keyId)).Signed(sign);

    public SignedToken Signed(Func<byte[], byte[]> sign) => this with { _sign = sign };

    /// <summary>Sets the algorithm in the header, and signs with a shared secret.</summary>
    public SignedToken SignedWithSecret(string algorithm, byte[] secret) =>
        WithHeader("alg", Quoted(algorithm)).Signed(input => algorithm.EndsWith("256", StringComparison.Ordinal)
            ? HMACSHA256.HashData(secret, input)
            : algorithm.EndsWith("384", StringComparison.Ordinal)
                ? HMACSHA384.HashData(secret, input)
                : HMACSHA512.HashData(secret, input));

    public static string Quoted(string text) => JsonSerializer.Serialize(text);

    public override string ToString() => Text;

    private static byte[] Json(ImmutableList<Member> members) => Encoding.UTF8.GetBytes($"{{{string.Join(',', members)}}}");

    private static ImmutableList<Member> Members(string json)
    {
        using var document = JsonDocument.Parse(json);

        return [.. document.RootElement.EnumerateObject().Select(member => new Member(member.Name, member.Value.GetRawText()))];
    }

    private static ImmutableList<Member> Set(ImmutableList<Member> members, string name, string json)
    {
        var at = members.FindIndex(member => member.Name == name);

        return at < 0 ? members.Add(new(name, json)) : members.SetItem(at, members[at] with { Json = json });
    }

    /// <summary>A member of the header or the payload. Without a name, the JSON is the whole member.</summary>
    private sealed record Member(string Name, string Json, string Colon = ":")
    {
        public override string ToString() => Name.Length == 0 ? Json : $"\"{Name}\"{Colon}{Json}";
    }
}
