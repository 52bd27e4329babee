using Microsoft.ML.OnnxRuntime;

namespace Cairn.Formats.Onnx;

/// <summary>A session of a model whose weights are in files of their own: the runtime maps them into memory, so they stay until the session is disposed.</summary>
internal sealed class FolderSession(OnnxFolder folder, SessionOptions options) : InferenceSession(folder.Model, options)
{
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        // Of a session that nobody disposes, the folder's own finalizer deletes it.
        if (disposing)
            folder.Dispose();
    }
}
