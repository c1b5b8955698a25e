using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Keycloak.ApiProtection.Testing.Keys;

/// <summary>
/// Ed25519 signatures (RFC 8032 section 5.1), for tests only: correct, but neither fast nor protected against timing attacks.
/// </summary>
/// <remarks>
/// The curve is -x² + y² = 1 + d·x²·y² over the field of 2^255 - 19. Points are in extended homogeneous coordinates (X, Y, Z, T) with
/// x = X/Z, y = Y/Z, x·y = T/Z. They are added with the formulas of section 5.1.4.
/// </remarks>
internal static class Ed25519
{
    /// <summary>The size of a secret key and of a public key in bytes.</summary>
    public const int KeySize = 32;

    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;

    /// <summary>The order of the base point.</summary>
    private static readonly BigInteger L =
        BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);

    private static readonly BigInteger D = Mod(-121665 * Inverse(121666));

    private static readonly Point Base = BasePoint();

    public static byte[] PublicKey(ReadOnlySpan<byte> secret) => Encode(Multiply(Expand(secret).Scalar, Base));

    public static byte[] Sign(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> message)
    {
        var (scalar, prefix) = Expand(secret);
        var publicKey = Encode(Multiply(scalar, Base));
        var r = Number(SHA512.HashData([.. prefix, .. message])) % L;
        var encodedR = Encode(Multiply(r, Base));
        var k = Number(SHA512.HashData([.. encodedR, .. publicKey, .. message])) % L;
        return [.. encodedR, .. Bytes((r + k * scalar) % L)];
    }

    private static (BigInteger Scalar, byte[] Prefix) Expand(ReadOnlySpan<byte> secret)
    {
        var hash = SHA512.HashData(secret);
        hash[0] &= 0xF8;
        hash[31] &= 0x7F;
        hash[31] |= 0x40;
        return (Number(hash.AsSpan(0, KeySize)), hash[KeySize..]);
    }

    private static Point BasePoint()
    {
        var y = Mod(4 * Inverse(5));
        var squared = Mod((y * y - 1) * Inverse(D * y * y + 1));
        var x = BigInteger.ModPow(squared, (P + 3) / 8, P);
        if (Mod(x * x - squared) != 0)
        {
            x = Mod(x * BigInteger.ModPow(2, (P - 1) / 4, P));
        }

        x = x.IsEven ? x : P - x;
        return new Point(x, y, 1, Mod(x * y));
    }

    private static Point Multiply(BigInteger scalar, Point point)
    {
        var result = new Point(0, 1, 1, 0);
        for (; scalar > 0; scalar >>= 1)
        {
            if (!scalar.IsEven)
            {
                result = Add(result, point);
            }

            point = Add(point, point);
        }

        return result;
    }

    private static Point Add(Point p, Point q)
    {
        var a = Mod((p.Y - p.X) * (q.Y - q.X));
        var b = Mod((p.Y + p.X) * (q.Y + q.X));
        var c = Mod(2 * p.T * q.T * D);
        var d = Mod(2 * p.Z * q.Z);
        var (e, f, g, h) = (b - a, d - c, d + c, b + a);
        return new Point(Mod(e * f), Mod(g * h), Mod(f * g), Mod(e * h));
    }

    private static byte[] Encode(Point point)
    {
        var inverse = Inverse(point.Z);
        var bytes = Bytes(Mod(point.Y * inverse));
        bytes[31] |= (byte)(Mod(point.X * inverse).IsEven ? 0 : 0x80);
        return bytes;
    }

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value), P - 2, P);

    private static BigInteger Mod(BigInteger value)
    {
        var rest = value % P;
        return rest.Sign < 0 ? rest + P : rest;
    }

    private static BigInteger Number(ReadOnlySpan<byte> littleEndian) => new(littleEndian, isUnsigned: true);

    private static byte[] Bytes(BigInteger number)
    {
        var bytes = new byte[KeySize];
        number.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T);
}
