using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tests.Realms;

/// <summary>
/// Project Wycheproof's JWS vectors, as far as key and signature decide. The compact form and the header have their own tests.
/// </summary>
public sealed partial class WycheproofTests
{
    /// <summary>
    /// Valid to the vectors, refused here: the key's alg is not the token's (PS256 against PS384), or is none that exists (ES521). A key
    /// that says what it is for is used for that alone (RFC 7517 section 4.4). With a fixed alg they verify.
    /// </summary>
    private static readonly HashSet<int> OtherAlgThanTheKeys = [346, 347, 350, 351];

    [Fact]
    public void What_is_valid_verifies_and_what_is_invalid_does_not()
    {
        var verified = 0;
        var refused = 0;

        foreach (var (group, test) in Tests())
        {
            var number = (int)test["tcId"]!;
            var key = (group["public"] ?? group["private"])!.AsObject();
            var (accepted, symmetric) = Verify(key, (string)test["jws"]!);
            var expected = (string)test["result"]! == "valid" && !symmetric && !OtherAlgThanTheKeys.Contains(number);

            Assert.True(accepted == expected, $"{number} {(string)test["comment"]!}: {(accepted ? "verified" : "refused")}");
            _ = accepted ? verified++ : refused++;
        }

        Assert.Equal(401, verified + refused);
        Assert.InRange(verified, 25, 401);
    }

    [Fact]
    public void Where_only_the_keys_alg_was_wrong_the_signature_is_good()
    {
        foreach (var (group, test) in Tests().Where(pair => OtherAlgThanTheKeys.Contains((int)pair.Test["tcId"]!)))
        {
            var key = group["public"]!.DeepClone().AsObject();
            key.Remove("alg");

            Assert.True(Verify(key, (string)test["jws"]!).Accepted);
        }
    }

    private static (bool Accepted, bool Symmetric) Verify(JsonObject jwk, string jws)
    {
        var (key, _) = TestKey.Read(jwk);
        var symmetric = (string?)jwk["kty"] == "oct";
        var parts = jws.Split('.');

        if (key is null || parts.Length != 3 || parts[0].Length == 0 || !parts.All(part => Base64UrlAlphabet().IsMatch(part)))
        {
            return (false, symmetric);
        }

        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
        var accepted = SigningAlgorithm.TryGet(header.RootElement.GetProperty("alg").GetString(), out var algorithm)
            && key.Fits(algorithm)
            && key.Verify(algorithm, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]));

        return (accepted, symmetric);
    }

    private static (JsonObject Group, JsonObject Test)[] Tests()
    {
        var groups = JsonNode.Parse(File.ReadAllText(SharedFile.FindOrSkip("vectors/json_web_signature_test.json")))!["testGroups"]!.AsArray();

        return [.. groups.SelectMany(group => group!["tests"]!.AsArray().Select(test => (group.AsObject(), test!.AsObject())))];
    }

    [GeneratedRegex("^[A-Za-z0-9_-]*\\z")]
    private static partial Regex Base64UrlAlphabet();
}
