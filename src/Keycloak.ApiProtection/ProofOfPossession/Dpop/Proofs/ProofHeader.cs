using Keycloak.ApiProtection.Json;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;

/// <summary>The header of a proof (RFC 9449 section 4.2): <c>typ</c>, <c>alg</c> and <c>jwk</c>.</summary>
/// <remarks>Other keys or references to keys in the header (<c>kid</c>, <c>jku</c>, <c>x5u</c>, <c>x5c</c>) are ignored.</remarks>
internal readonly ref struct ProofHeader
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly JsonValue _type;
    private readonly JsonValue _algorithm;
    private readonly JsonValue _key;

    private ProofHeader(ReadOnlySpan<byte> json, JsonValue type, JsonValue algorithm, JsonValue key)
    {
        _json = json;
        _type = type;
        _algorithm = algorithm;
        _key = key;
    }

    /// <summary>Gets the public key as JSON. Empty if <c>jwk</c> is missing or is not an object.</summary>
    public ReadOnlySpan<byte> Key => _key.Kind == JsonKind.Object ? _key.Raw(_json) : [];

    /// <summary>Reads the decoded header. <paramref name="problem"/> describes what is wrong with it; null if nothing is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out ProofHeader header, out string? problem)
    {
        header = default;
        if (!JsonText.IsText(json, out problem))
        {
            return false;
        }

        JsonValue type = default, algorithm = default, key = default;
        var critical = false;
        Span<JsonMemberNames.Entry> seen = stackalloc JsonMemberNames.Entry[16];
        var reader = new JsonObjectReader(json, seen);
        while (reader.Read())
        {
            if (reader.Name.SequenceEqual("typ"u8))
            {
                type = reader.Value;
            }
            else if (reader.Name.SequenceEqual("alg"u8))
            {
                algorithm = reader.Value;
            }
            else if (reader.Name.SequenceEqual("jwk"u8))
            {
                key = reader.Value;
            }
            else if (reader.Name.SequenceEqual("crit"u8))
            {
                critical = true;
            }
        }

        header = new ProofHeader(json, type, algorithm, key);
        problem = reader.Problem ?? (critical ? "it has 'crit', and no extension is supported (RFC 7515 section 4.1.11)" : null);
        return problem is null;
    }

    /// <summary>Returns whether <c>typ</c> is that of a proof.</summary>
    public bool IsOfProof() => _type.Says(_json, "dpop+jwt"u8);

    /// <summary>Returns the algorithm if it is one of these; null otherwise.</summary>
    public SigningAlgorithm? Algorithm(IReadOnlyList<SigningAlgorithm> accepted)
    {
        if (_algorithm.Kind != JsonKind.String || _algorithm.Escaped
            || !SigningAlgorithm.TryGet(_algorithm.Raw(_json), out var algorithm))
        {
            return null;
        }

        for (var at = 0; at < accepted.Count; at++)
        {
            if (ReferenceEquals(accepted[at], algorithm))
            {
                return algorithm;
            }
        }

        return null;
    }

    /// <summary>Returns <c>typ</c>, for the log.</summary>
    public string? TypeText() => _type.Text(_json);

    /// <summary>Returns <c>alg</c>, for the log.</summary>
    public string? AlgorithmText() => _algorithm.Text(_json);
}
