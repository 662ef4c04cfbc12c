import fire
import gradio as gr
import transformers


def main(base_model: str = "", share_gradio: bool = False):
    model = transformers.AutoModelForCausalLM.from_pretrained(base_model)
    gr.Interface(fn=model.generate).launch(share=share_gradio)


if __name__ == "__main__":
    fire.Fire(main)
