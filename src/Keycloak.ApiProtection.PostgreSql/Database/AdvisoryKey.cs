using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>
/// Keys of advisory locks. All applications of a database share them, so they are hashes of a purpose and a table.
/// </summary>
internal static class AdvisoryKey
{
    public static long Of(string purpose, string table) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"Keycloak.ApiProtection/{purpose}/{table}")));
}
