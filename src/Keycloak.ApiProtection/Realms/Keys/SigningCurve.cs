using System.Security.Cryptography;

namespace Keycloak.ApiProtection.Realms.Keys;

/// <summary>An elliptic curve that ES* signatures use: P-256, P-384 or P-521 (RFC 7518 section 6.2.1.1).</summary>
internal sealed class SigningCurve
{
    public static readonly SigningCurve P256 = new("P-256", 32, ECCurve.NamedCurves.nistP256);
    public static readonly SigningCurve P384 = new("P-384", 48, ECCurve.NamedCurves.nistP384);
    public static readonly SigningCurve P521 = new("P-521", 66, ECCurve.NamedCurves.nistP521);

    private SigningCurve(string name, int coordinateLength, ECCurve parameters)
    {
        Name = name;
        CoordinateLength = coordinateLength;
        Parameters = parameters;
    }

    /// <summary>The value of <c>crv</c> in a key.</summary>
    public string Name { get; }

    /// <summary>The length of a coordinate, of r and of s, in bytes.</summary>
    public int CoordinateLength { get; }

    /// <summary>The length of a signature in bytes: r and s concatenated (RFC 7518 section 3.4).</summary>
    public int SignatureLength => 2 * CoordinateLength;

    /// <summary>The curve's parameters for .NET's <see cref="ECDsa"/>.</summary>
    public ECCurve Parameters { get; }

    /// <summary>Finds a curve by the value of <c>crv</c>; <see langword="null"/> for a curve without a supported algorithm.</summary>
    public static SigningCurve? Find(string? name) => name switch
    {
        "P-256" => P256,
        "P-384" => P384,
        "P-521" => P521,
        _ => null,
    };
}
