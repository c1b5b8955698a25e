using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>
/// A token to build: the content that Keycloak writes, with the changes of a test. It is signed when its <see cref="Text"/> is read.
/// </summary>
/// <remarks>
/// It starts from payloads that were captured from real servers, and a test controls each byte: members that occur twice, their order, and
/// numbers and escapes that a JSON writer would normalize. Tokens of a running realm come from the testing package.
/// </remarks>
internal sealed record TestToken
{
    private ImmutableList<(string Name, string Json)> _header = [];
    private ImmutableList<(string Name, string Json)> _payload = [];
    private byte[]? _wholeHeader;
    private byte[]? _wholePayload;
    private Func<byte[], byte[]> _sign = _ => [0];

    private TestToken()
    {
    }

    public string SigningInput => $"{Base64Url.EncodeToString(HeaderBytes)}.{Base64Url.EncodeToString(PayloadBytes)}";

    public byte[] HeaderBytes => _wholeHeader ?? Json(_header);

    public byte[] PayloadBytes => _wholePayload ?? Json(_payload);

    public byte[] Signature => _sign(Encoding.ASCII.GetBytes(SigningInput));

    public string Text => $"{SigningInput}.{Base64Url.EncodeToString(Signature)}";

    /// <summary>A valid token, issued one minute ago and valid for four more minutes, signed with RS256.</summary>
    public static TestToken Of(string payload, string issuer, DateTimeOffset now, TestKey key)
    {
        var token = new TestToken
        {
            _header = [("alg", "\"RS256\""), ("typ\" ", " \"JWT\""), ("kid\" ", $" \"{key.Id}\"")],
            _payload = Members(payload),
        };

        return token.With("iss", Quoted(issuer)).WithDate("iat", now.AddSeconds(-60)).WithDate("exp", now.AddSeconds(240)).SignedBy(key);
    }

    /// <summary>Sets a claim to JSON text. A claim that already exists keeps its position.</summary>
    public TestToken With(string claim, string json) => this with { _payload = Set(_payload, claim, json) };

    public TestToken WithText(string claim, string text) => With(claim, Quoted(text));

    public TestToken WithDate(string claim, DateTimeOffset date) => With(claim, $"{date.ToUnixTimeSeconds()}");

    public TestToken Without(params string[] claims) =>
        this with { _payload = _payload.RemoveAll(member => claims.Contains(member.Name)) };

    /// <summary>Adds a member as raw JSON, including its name in quotes.</summary>
    public TestToken And(string member) => this with { _payload = _payload.Add(("", member)) };

    public TestToken WithPayload(string json) => WithPayload(Encoding.UTF8.GetBytes(json));

    public TestToken WithPayload(byte[] bytes) => this with { _wholePayload = bytes };

    public TestToken WithHeader(string name, string json) => this with { _header = Set(_header, name, json) };

    public TestToken WithoutHeader(string name) => this with { _header = _header.RemoveAll(member => Plain(member.Name) == name) };

    public TestToken AndHeader(string member) => this with { _header = _header.Add(("", member)) };

    public TestToken WithHeader(string json) => WithHeader(Encoding.UTF8.GetBytes(json));

    public TestToken WithHeader(byte[] bytes) => this with { _wholeHeader = bytes };

    public TestToken SignedBy(TestKey key, string algorithm = "RS256")
    {
        Assert.True(SigningAlgorithm.TryGet(algorithm, out var known));

        return Signed(input => key.Sign(known, input));
    }

    /// <summary>Sets the header for the key and the algorithm, and signs with them.</summary>
    public TestToken SignedWith(TestKey key, string algorithm) =>
        WithHeader("alg", Quoted(algorithm)).WithHeader("kid", Quoted(key.Id)).SignedBy(key, algorithm);

    public TestToken Signed(Func<byte[], byte[]> sign) => this with { _sign = sign };

    /// <summary>Sets the algorithm in the header, and signs with a shared secret.</summary>
    public TestToken SignedWithSecret(string algorithm, byte[] secret) =>
        WithHeader("alg", Quoted(algorithm)).Signed(input => algorithm.EndsWith("256", StringComparison.Ordinal)
            ? HMACSHA256.HashData(secret, input)
            : algorithm.EndsWith("384", StringComparison.Ordinal)
                ? HMACSHA384.HashData(secret, input)
                : HMACSHA512.HashData(secret, input));

    public static string Quoted(string text) => JsonSerializer.Serialize(text);

    public override string ToString() => Text;

    private static byte[] Json(ImmutableList<(string Name, string Json)> members) =>
        Encoding.UTF8.GetBytes("{" + string.Join(',', members.Select(member =>
            member.Name.Length == 0 ? member.Json : member.Name.Contains('"', StringComparison.Ordinal) ? $"\"{member.Name}:{member.Json}" : $"\"{member.Name}\":{member.Json}")) + "}");

    private static ImmutableList<(string Name, string Json)> Members(string json)
    {
        using var document = JsonDocument.Parse(json);

        return [.. document.RootElement.EnumerateObject().Select(member => (member.Name, member.Value.GetRawText()))];
    }

    private static ImmutableList<(string Name, string Json)> Set(
        ImmutableList<(string Name, string Json)> members, string name, string json)
    {
        var at = members.FindIndex(member => Plain(member.Name) == name);

        return at < 0 ? members.Add((name, json)) : members.SetItem(at, (name, json));
    }

    // Keycloak writes "typ" : "JWT" with spaces. Such a name is kept with its closing quote.
    private static string Plain(string name) => name.TrimEnd(' ').TrimEnd('"');
}
