using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>
/// Verifies the JWS vectors of Project Wycheproof in the order of a token: the compact form, the header, the key, and the signature.
/// </summary>
public sealed class WycheproofTests
{
    private const string FileName = "json_web_signature_test.json";

    /// <summary>
    /// Vectors that are valid according to Wycheproof but rejected here: the alg of the key is not the alg of the token (PS256 and PS384),
    /// or does not exist (ES521).
    /// </summary>
    private static readonly int[] OtherAlgThanTheKeys = [346, 347, 350, 351];

    /// <summary>
    /// Vectors that are valid according to Wycheproof but rejected here: a token never has an empty payload, so its form is rejected before
    /// it is decoded.
    /// </summary>
    private static readonly int[] EmptyPayload = [259, 264, 268, 272, 320, 325];

    [Fact]
    public void Valid_vectors_are_verified_and_invalid_symmetric_or_unsigned_vectors_are_rejected()
    {
        var (verified, refused) = (0, 0);

        foreach (var (group, test) in Tests())
        {
            var number = (int)test["tcId"]!;
            var key = (group["public"] ?? group["private"])!.AsObject();
            var isSymmetric = (string?)key["kty"] == "oct";
            var expected = (string)test["result"]! == "valid"
                && !isSymmetric
                && !OtherAlgThanTheKeys.Contains(number)
                && !EmptyPayload.Contains(number);
            var why = Reject(key, (string)test["jws"]!);

            Assert.True(expected == (why is null), $"{number} {(string)test["comment"]!}: {why ?? "verified"}");
            Assert.Equal(EmptyPayload.Contains(number), why == "form" && (string)test["result"]! == "valid" && !isSymmetric);
            _ = why is null ? verified++ : refused++;
        }

        Assert.Equal(401, verified + refused);
        Assert.Equal(26, verified);
    }

    private static string? Reject(JsonObject jwk, string token)
    {
        var bytes = Encoding.UTF8.GetBytes(token);

        if (!CompactJws.TryRead(bytes, out var jws))
        {
            return "form";
        }

        Span<byte> header = new byte[bytes.Length];
        Span<byte> signature = new byte[bytes.Length];

        if (JoseHeader.Read(CompactJws.Decode(jws.Header, header), out var jose, out _) is { } rejection)
        {
            return rejection.Code;
        }

        if (!SigningAlgorithm.TryGet(jose.Algorithm, out var algorithm))
        {
            return "algorithm";
        }

        var (key, unusable) = TestKey.Read(jwk);

        // A vector without a kid uses the key that it comes with. A vector with another kid has no key.
        return key is null ? unusable!.Reason
            : !jose.KeyId.IsEmpty && !jose.KeyId.SequenceEqual(key.Utf8Id) ? "key_unknown"
            : !key.Fits(algorithm) ? "key_unfit"
            : key.Verify(algorithm, jws.SigningInput, CompactJws.Decode(jws.Signature, signature)) ? null
            : "signature";
    }

    private static (JsonObject Group, JsonObject Test)[] Tests()
    {
        var file = Find();
        Assert.SkipWhen(file is null, $"The Wycheproof vectors were not found. Set WYCHEPROOF_VECTORS to the folder of {FileName}.");
        var groups = JsonNode.Parse(File.ReadAllText(file!))!["testGroups"]!.AsArray();

        return [.. groups.SelectMany(group => group!["tests"]!.AsArray().Select(test => (group.AsObject(), test!.AsObject())))];
    }

    /// <summary>Searches the folder in the environment variable, then <c>shared/vectors</c> next to each of the parent folders.</summary>
    private static string? Find()
    {
        var folders = new List<string?> { Environment.GetEnvironmentVariable("WYCHEPROOF_VECTORS") };

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            folders.Add(Path.Combine(folder.FullName, "shared", "vectors"));
        }

        return folders.Where(folder => !string.IsNullOrEmpty(folder))
            .Select(folder => Path.Combine(folder!, FileName))
            .FirstOrDefault(File.Exists);
    }
}
